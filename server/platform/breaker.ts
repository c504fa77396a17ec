/** What `run` throws instead of trying. */
export class OpenCircuitError extends Error {
  override readonly name = "OpenCircuitError";
}

export interface Breaker {
  /** @throws OpenCircuitError without trying while the circuit is open, else what the work throws */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface BreakerOptions {
  /** So many outages in a row open the circuit. */
  failures: number;
  /** Milliseconds between the opening and the first probe, and from one probe to the next. */
  restMs: number;
  /** Asks whether it works again. A call of our own, so that no guest waits for the answer. */
  probe(): Promise<unknown>;
  /** Whether an error tells that it is down; any other is an answer like a result. */
  isOutage(error: unknown): boolean;
  /** Called with false at once, then at each change. */
  onChange(open: boolean): void;
}

/**
 * A circuit breaker. While it is open every call is refused at once, and one probe at a time, started by a
 * call that comes after the rest, decides when it closes. Ours, since workerd refuses libraries that make an
 * AbortController as they load.
 */
export function createBreaker({ failures, restMs, probe, isOutage, onChange }: BreakerOptions): Breaker {
  let open = false;
  let failed = 0;
  let probeAt = 0;
  let probes = 0;
  // Raised at each change: what a call of an earlier era ends with says nothing about this one.
  let era = 0;

  function turn(now: boolean): void {
    open = now;
    era += 1;
    failed = 0;
    onChange(open);
  }

  function ended(begun: number, outage: boolean): void {
    if (begun !== era || open) return;
    failed = outage ? failed + 1 : 0;
    if (failed < failures) return;
    probeAt = performance.now() + restMs;
    turn(true);
  }

  function probeWhenDue(): void {
    const now = performance.now();
    if (now < probeAt) return;
    // A probe that never ends keeps nobody from the next, and comes too late once that has begun.
    probeAt = now + restMs;
    const mine = (probes += 1);
    void probe().then(
      () => open && mine === probes && turn(false),
      () => undefined,
    );
  }

  onChange(false);
  return {
    async run(work) {
      if (open) {
        probeWhenDue();
        throw new OpenCircuitError();
      }
      const begun = era;
      try {
        const result = await work();
        ended(begun, false);
        return result;
      } catch (error) {
        ended(begun, isOutage(error));
        throw error;
      }
    },
  };
}
