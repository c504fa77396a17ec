import { afterEach, expect, test, vi } from "vitest";
import type { OnSpawn, Running } from "../../local/running.ts";
import { createSupervisor, type Supervisor } from "../../local/supervise.ts";

/** A process that ends when a test says so. */
interface Fake extends Running {
  die(): void;
}

/** Each start makes one; a pause ends when the test ends it. */
function workshop() {
  const made: Fake[] = [];
  const ended = new Set<Fake>();
  const pauses: (() => void)[] = [];
  let named: number[] = [];
  /** What a start waits for between its beginning and its process. */
  let before: Promise<void> | undefined;
  const supervisor = createSupervisor({
    changed: (living) => void (named = living.map(({ pid }) => pid)),
    say: () => {},
    pause: (_, signal) =>
      new Promise((resolve) => {
        pauses.push(resolve);
        signal.addEventListener("abort", () => resolve());
      }),
  });
  async function start(onSpawn: OnSpawn): Promise<Fake> {
    await before;
    const { promise: exited, resolve } = Promise.withResolvers<string>();
    const fake: Fake = {
      pid: made.length + 1,
      exited,
      die() {
        ended.add(fake);
        resolve("code 1");
      },
      async stop() {
        fake.die();
      },
    };
    made.push(fake);
    onSpawn(fake);
    return fake;
  }
  return {
    supervisor,
    start,
    made,
    pauses,
    living: () => made.filter((fake) => !ended.has(fake)).map(({ pid }) => pid),
    named: () => named,
    startsWait(until?: Promise<void>) {
      before = until;
    },
  };
}

let open: Supervisor | undefined;
afterEach(() => open?.stop());

async function withApp() {
  const all = workshop();
  open = all.supervisor;
  await all.supervisor.keep("The app", all.start);
  return all;
}

/** Lets everything run that waits for nothing but its turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a process that ends by accident is started again after a pause", async () => {
  const { made, pauses, living, named } = await withApp();
  made[0]!.die();
  await vi.waitFor(() => expect(pauses).toHaveLength(1));
  expect(living()).toEqual([]);
  pauses[0]!();
  await vi.waitFor(() => expect(living()).toEqual([2]));
  expect(named()).toEqual([2]);
});

test("saved while a broken save waits for its next try: one app lives, it is the one that is known, and it is still watched", async () => {
  const { supervisor, made, pauses, living, named } = await withApp();
  made[0]!.die();
  await vi.waitFor(() => expect(pauses).toHaveLength(1));
  await supervisor.restart("The app");
  pauses[0]!();
  await turn();
  expect(living()).toEqual([2]);
  expect(named()).toEqual([2]);
  made[1]!.die();
  await vi.waitFor(() => expect(pauses).toHaveLength(2));
  pauses[1]!();
  await vi.waitFor(() => expect(living()).toEqual([3]));
  await turn();
  expect(pauses).toHaveLength(2);
});

test("saved while a try is on its way to its process: what that try brings is ended", async () => {
  const { supervisor, made, pauses, living, named, startsWait } = await withApp();
  const slow = Promise.withResolvers<void>();
  startsWait(slow.promise);
  made[0]!.die();
  await vi.waitFor(() => expect(pauses).toHaveLength(1));
  pauses[0]!();
  await turn();
  startsWait();
  await supervisor.restart("The app");
  slow.resolve();
  await vi.waitFor(() => expect(made).toHaveLength(3));
  await turn();
  expect(living()).toEqual([2]);
  expect(named()).toEqual([2]);
});

test("saved several times at once: one app lives, of the last", async () => {
  const { supervisor, living, named } = await withApp();
  await Promise.all([supervisor.restart("The app"), supervisor.restart("The app"), supervisor.restart("The app")]);
  await turn();
  expect(living()).toHaveLength(1);
  expect(named()).toEqual(living());
});
