import { beforeEach, expect, test, vi } from "vitest";
import { createBreaker, OpenCircuitError, type BreakerOptions } from "../../server/platform/breaker.ts";

const FAULT = new Error("the command's own fault");
const fails = () => Promise.reject(new Error("down"));
const succeeds = () => Promise.resolve("up");

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

/** Opens after two outages, rests 2 s; each probe waits until the test answers it. */
function circuit(options: Partial<BreakerOptions> = {}) {
  const changes: boolean[] = [];
  const probes: PromiseWithResolvers<unknown>[] = [];
  const breaker = createBreaker({
    failures: 2,
    restMs: 2000,
    probe: () => {
      const probe = Promise.withResolvers<unknown>();
      probes.push(probe);
      return probe.promise;
    },
    isOutage: (error) => error !== FAULT,
    onChange: (open) => changes.push(open),
    ...options,
  });
  const run = <T>(work: () => Promise<T>) => breaker.run(work);
  const fail = () => expect(run(fails)).rejects.toThrow("down");
  const refused = async () => {
    const work = vi.fn(succeeds);
    await expect(run(work)).rejects.toThrow(OpenCircuitError);
    expect(work).not.toHaveBeenCalled();
  };
  return { run, fail, refused, changes, probes };
}

test("outages in a row open the circuit, a success between them starts the count anew", async () => {
  const { run, fail, refused, changes } = circuit();
  await fail();
  expect(await run(succeeds)).toBe("up");
  await fail();
  expect(changes).toEqual([false]);
  await fail();
  expect(changes).toEqual([false, true]);
  await refused();
});

test("no caller waits for a probe: each is refused at once, and one probe after the rest closes the circuit", async () => {
  const { run, fail, refused, changes, probes } = circuit();
  await fail();
  await fail();
  now = 1999;
  await refused();
  expect(probes).toHaveLength(0);
  now = 2000;
  await Promise.all([refused(), refused(), refused()]);
  expect(probes).toHaveLength(1);
  probes[0]!.resolve("up");
  await vi.waitFor(() => expect(changes).toEqual([false, true, false]));
  expect(await run(succeeds)).toBe("up");
});

test("a failed probe makes it rest again", async () => {
  const { fail, refused, changes, probes } = circuit();
  await fail();
  await fail();
  now = 2000;
  await refused();
  probes[0]!.reject(new Error("still down"));
  now = 3999;
  await refused();
  expect(probes).toHaveLength(1);
  now = 4000;
  await refused();
  expect(probes).toHaveLength(2);
  expect(changes).toEqual([false, true]);
});

test("a probe that never ends doesn't keep the circuit open, and its answer after the next one's start is too late", async () => {
  const { run, fail, refused, changes, probes } = circuit();
  await fail();
  await fail();
  now = 2000;
  await refused();
  now = 4000;
  await refused();
  expect(probes).toHaveLength(2);
  probes[0]!.resolve("two seconds late");
  await refused();
  expect(changes).toEqual([false, true]);
  probes[1]!.resolve("up");
  await vi.waitFor(() => expect(changes).toEqual([false, true, false]));
  expect(await run(succeeds)).toBe("up");
});

test("a slow success from before the break closes nothing, and a slow failure from then doesn't count after the recovery", async () => {
  const { run, fail, refused, changes, probes } = circuit();
  const [slow, failing, failingToo] = [Promise.withResolvers<string>(), Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const begun = [slow, failing, failingToo].map(({ promise }) => run(() => promise));
  await fail();
  await fail();
  slow.resolve("late");
  expect(await begun[0]).toBe("late");
  await refused();
  now = 2000;
  await refused();
  probes[0]!.resolve("up");
  await vi.waitFor(() => expect(changes).toEqual([false, true, false]));
  failing.reject(new Error("late"));
  failingToo.reject(new Error("late"));
  await expect(begun[1]).rejects.toThrow("late");
  await expect(begun[2]).rejects.toThrow("late");
  expect(await run(succeeds)).toBe("up");
  expect(changes).toEqual([false, true, false]);
});

test("failures that end while it is open neither prolong its rest nor report it opened twice", async () => {
  const { run, fail, refused, changes, probes } = circuit();
  const late = Promise.withResolvers<string>();
  const begun = run(() => late.promise);
  await fail();
  await fail();
  now = 1000;
  late.reject(new Error("late"));
  await expect(begun).rejects.toThrow("late");
  expect(changes).toEqual([false, true]);
  now = 2000;
  await refused();
  expect(probes).toHaveLength(1);
});

test("many calls that fail at once open it once", async () => {
  const { run, changes } = circuit();
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => run(fails)));
  expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
  expect(changes).toEqual([false, true]);
});

test("an error that is an answer counts as one: it opens nothing, and ends a row of outages", async () => {
  const { run, fail, changes } = circuit();
  await fail();
  for (let i = 0; i < 5; i += 1) await expect(run(() => Promise.reject(FAULT))).rejects.toBe(FAULT);
  await fail();
  expect(changes).toEqual([false]);
});
