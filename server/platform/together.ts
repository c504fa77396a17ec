/** What became of one ask among those that ran together. `again`: nothing yet, somebody else is at it. */
export type Outcome<R> = { value: R } | { error: unknown } | { again: true };

/**
 * Runs one ask, perhaps together with others of its kind that wait at the same moment: `run` gets them all
 * and says what became of each, in their order. It bounds how often it says `again`.
 * @param lane where the ask waits for something that others need not wait for: asks of one lane run together, beside
 *   those of the kind's other lanes
 */
export type Together = <A, R>(kind: string, ask: A, run: (asks: A[]) => Promise<Outcome<R>[]>, lane?: string) => Promise<R>;

/** Each ask by itself: where a database connection belongs to one request (workerd). */
export const alone: Together = async (_kind, ask, run) => {
  for (let tries = 0; ; tries += 1) {
    const [outcome] = await run([ask]);
    if (!outcome) throw new Error("a group forgot its ask");
    if ("error" in outcome) throw outcome.error;
    if ("value" in outcome) return outcome.value;
    await jittered(tries);
  }
};

/** Above it a group's statements get slower faster than they get fewer. */
const MOST = 64;

/** How long a crowd's next group gathers; a hundredth of what its members wait in all. */
const GATHER_MS = 4;

interface Waiting {
  ask: unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Run = (asks: never[]) => Promise<Outcome<unknown>[]>;

/**
 * Group commit for a long-lived process: one group of a kind and lane is under way at a time, and whoever comes
 * meanwhile goes with the next. A lone ask waits for nobody. Those who must ask again wait apart and come back
 * together: one by one they would each need a turn of their own.
 */
export function inGroups(onGroup: (kind: string, size: number) => void = () => {}): Together {
  const lanes = new Map<string, Lane>();
  return <A, R>(kind: string, ask: A, run: (asks: A[]) => Promise<Outcome<R>[]>, of?: string) =>
    new Promise<R>((resolve, reject) => {
      const key = of === undefined ? kind : `${kind}:${of}`;
      const lane =
        lanes.get(key) ??
        createLane(
          run,
          (size) => onGroup(kind, size),
          () => lanes.delete(key),
        );
      lanes.set(key, lane);
      lane.join([{ ask, resolve: resolve as (value: unknown) => void, reject }]);
    });
}

interface Lane {
  join(list: Waiting[]): void;
}

/** @param onIdle called when nobody is left in it: the next ask makes a new one */
function createLane(run: Run, onGroup: (size: number) => void, onIdle: () => void): Lane {
  let waiting: Waiting[] = [];
  let busy = false;
  let apart: Waiting[] = [];
  let tries = 0;

  function join(list: Waiting[]): void {
    waiting.push(...list);
    if (!busy) void drain();
  }

  async function drain(): Promise<void> {
    busy = true;
    // Those whose requests were read in the same turn go together.
    await pause(0);
    while (waiting.length > 0) {
      const group = waiting.splice(0, MOST);
      onGroup(group.length);
      try {
        const outcomes = await run(group.map((one) => one.ask as never));
        const left = group.filter((one, index) => !settled(one, outcomes[index]));
        if (left.length < group.length) tries = 0;
        if (left.length > 0) setApart(left);
      } catch (error) {
        for (const one of group) one.reject(error);
      }
      // In a crowd the next ones are on their way: a moment makes one group of two.
      if (group.length > 1 && waiting.length < MOST) await pause(GATHER_MS);
    }
    busy = false;
    if (apart.length === 0) onIdle();
  }

  function setApart(list: Waiting[]): void {
    apart.push(...list);
    if (apart.length > list.length) return;
    void comeBack();
  }

  async function comeBack(): Promise<void> {
    await jittered(tries++);
    // They came before those who wait now.
    waiting = [...apart, ...waiting];
    apart = [];
    join([]);
  }

  return { join };
}

/** @returns false where it must ask again */
function settled(one: Waiting, outcome: Outcome<unknown> | undefined): boolean {
  if (!outcome) one.reject(new Error("a group forgot one of its asks"));
  else if ("error" in outcome) one.reject(outcome.error);
  else if ("value" in outcome) one.resolve(outcome.value);
  else return false;
  return true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** From 5 to 40 ms, growing, times a factor of chance: two who met don't meet again. */
export function jittered(tries: number): Promise<void> {
  return pause(Math.min(5 * 2 ** Math.min(tries, 3), 40) * (0.5 + Math.random()));
}
