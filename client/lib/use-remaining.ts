import { useSyncExternalStore } from "react";

function everySecond(tick: () => void): () => void {
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}

/** Milliseconds until an instant by this device's clock, counting down by the second; never negative. */
export function useRemaining(until: string): number {
  const seconds = useSyncExternalStore(everySecond, () => Math.ceil(Date.now() / 1000));
  return Math.max(0, Date.parse(until) - seconds * 1000);
}
