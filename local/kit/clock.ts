/**
 * The stand-ins' clock: wall time plus an offset that a test moves.
 * Everything a stand-in schedules or expires asks this clock. Signatures use the wall clock instead
 * (`Date.now()`), because the receiving SDKs compare them with theirs.
 */
export interface LocalClock {
  /** Milliseconds since the epoch, offset included. */
  now(): number;
  offsetMs(): number;
  setOffset(ms: number): void;
  /** Called after each move; returns the way to stop listening. */
  onMove(listener: () => void): () => void;
}

export function createClock(): LocalClock {
  let offset = 0;
  const listeners = new Set<() => void>();
  return {
    now: () => Date.now() + offset,
    offsetMs: () => offset,
    setOffset(ms) {
      offset = ms;
      for (const listener of listeners) listener();
    },
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
