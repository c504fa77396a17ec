import { useSyncExternalStore } from "react";

/** The server's clock as it last answered, and this page's stopwatch then. */
let heard = { now: "", at: 0 };

/** The device's own clock may be wrong, or be set meanwhile; its stopwatch runs on, in a tab behind others too. */
function serverTime(now: string): number {
  if (now > heard.now) heard = { now, at: performance.now() };
  return Date.parse(heard.now) + performance.now() - heard.at;
}

function everySecond(tick: () => void): () => void {
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}

/** Milliseconds until an instant, counting down by the second; never negative. `now` is the server's, of its latest answer. */
export function useRemaining(until: string, now: string): number {
  return useSyncExternalStore(everySecond, () => Math.max(0, Math.ceil((Date.parse(until) - serverTime(now)) / 1000))) * 1000;
}
