/** Holds calls in the middle of their execution, so that a test can send a concurrent twin. */
export interface Gate {
  close(): void;
  open(): void;
  /** Resolves at once, or when the gate opens. */
  pass(): Promise<void>;
  /** How many calls wait. */
  waiting(): number;
}

export function createGate(): Gate {
  let waiters: (() => void)[] | undefined;
  return {
    close: () => void (waiters ??= []),
    open() {
      const released = waiters ?? [];
      waiters = undefined;
      for (const release of released) release();
    },
    pass: () => new Promise((resolve) => (waiters ? void waiters.push(resolve) : resolve())),
    waiting: () => waiters?.length ?? 0,
  };
}
