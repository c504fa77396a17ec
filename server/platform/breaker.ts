/** What `run` throws instead of trying. */
export class OpenCircuitError extends Error {
  override readonly name = "OpenCircuitError";
}

export interface Breaker {
  /** @throws OpenCircuitError without trying while the circuit is open, else what the work throws */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** True from the break until a call has succeeded again. */
  isOpen(): boolean;
}

/**
 * A circuit breaker: `failures` in a row open it for `restMs`, then one call at a time may try, and its
 * outcome decides. Ours, since workerd refuses libraries that make an AbortController as they load.
 */
export function createBreaker(options: { failures: number; restMs: number; onChange(open: boolean): void }): Breaker {
  let failed = 0;
  let retryAt = 0;
  let probing = false;
  const isOpen = (): boolean => failed >= options.failures;
  return {
    isOpen,
    async run(work) {
      const probe = isOpen();
      if (probe && (probing || Date.now() < retryAt)) throw new OpenCircuitError();
      if (probe) probing = true;
      try {
        const result = await work();
        if (isOpen()) options.onChange(false);
        failed = 0;
        return result;
      } catch (error) {
        const wasOpen = isOpen();
        failed += 1;
        if (isOpen()) retryAt = Date.now() + options.restMs;
        if (!wasOpen && isOpen()) options.onChange(true);
        throw error;
      } finally {
        if (probe) probing = false;
      }
    },
  };
}
