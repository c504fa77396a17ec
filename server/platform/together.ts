/** What became of one ask among those that ran together. */
export type Outcome<R> = { value: R } | { error: unknown };

/**
 * Runs one ask, perhaps together with others of its kind that wait at the same moment: `run` gets them all
 * and says what became of each, in their order.
 */
export type Together = <A, R>(kind: string, ask: A, run: (asks: A[]) => Promise<Outcome<R>[]>) => Promise<R>;

/** Each ask by itself: where a database connection belongs to one request (workerd). */
export const alone: Together = async (_kind, ask, run) => unwrap((await run([ask]))[0]);

/** Above it a group's statements get slower faster than they get fewer. */
const MOST = 64;

/** How long a crowd's next group gathers; a hundredth of what its members wait in all. */
const GATHER_MS = 4;

interface Waiting {
  ask: unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit for a long-lived process: one group of a kind is under way at a time, and whoever comes
 * meanwhile goes with the next. A lone ask waits for nobody.
 */
export function inGroups(onGroup: (kind: string, size: number) => void = () => {}): Together {
  const lanes = new Map<string, { waiting: Waiting[]; busy: boolean }>();

  async function drain(kind: string, lane: { waiting: Waiting[]; busy: boolean }, run: (asks: never[]) => Promise<Outcome<unknown>[]>): Promise<void> {
    lane.busy = true;
    // Those whose requests were read in the same turn go together.
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (lane.waiting.length > 0) {
      const group = lane.waiting.splice(0, MOST);
      onGroup(kind, group.length);
      try {
        const outcomes = await run(group.map((one) => one.ask as never));
        for (const [index, one] of group.entries()) settle(one, outcomes[index]);
      } catch (error) {
        for (const one of group) one.reject(error);
      }
      // In a crowd the next ones are on their way: a moment makes one group of two.
      if (group.length > 1 && lane.waiting.length < MOST) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    }
    lane.busy = false;
  }

  return <A, R>(kind: string, ask: A, run: (asks: A[]) => Promise<Outcome<R>[]>) =>
    new Promise<R>((resolve, reject) => {
      const lane = lanes.get(kind) ?? { waiting: [], busy: false };
      lanes.set(kind, lane);
      lane.waiting.push({ ask, resolve: resolve as (value: unknown) => void, reject });
      if (!lane.busy) void drain(kind, lane, run);
    });
}

function settle(one: Waiting, outcome: Outcome<unknown> | undefined): void {
  try {
    one.resolve(unwrap(outcome));
  } catch (error) {
    one.reject(error);
  }
}

function unwrap<R>(outcome: Outcome<R> | undefined): R {
  if (!outcome) throw new Error("a group forgot one of its asks");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
