import { setTimeout as wait } from "node:timers/promises";
import type { OnSpawn, Running } from "./running.ts";

/** Starts a part and resolves when it is ready; tells of each process as soon as it lives. */
type Start<R extends Running> = (onSpawn: OnSpawn) => Promise<R>;

export interface Supervisor {
  /** Starts a part and keeps it alive from then on; rejects when the first start fails. */
  keep<R extends Running>(name: string, start: Start<R>): Promise<R>;
  /** Runs a process to its end; rejects when it fails. */
  once(name: string, start: () => Promise<Running>): Promise<void>;
  /** Ends a part and starts it anew. */
  restart(name: string): Promise<void>;
  /** Ends everything, the last started first. */
  stop(): Promise<void>;
}

interface Hooks {
  /** Hears who lives, each time it changes. */
  changed(living: readonly { name: string; pid: number }[]): void;
  /** A line for a person. */
  say(line: string): void;
  /** Waits before the next try, no longer than until the signal. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
}

interface Part {
  name: string;
  /** For this generation: what it brings once there is a later one is ended. */
  start: (generation: number) => Promise<Running>;
  running?: Running;
  /** Raised by each start on purpose: who waited for an earlier one has nothing to do with the part any more. */
  generation: number;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A part that lived this long begins with the first pause again. */
const STEADY_MS = 30_000;

/** Keeps processes alive: one that ends by accident is started again, after pauses that grow. */
export function createSupervisor(hooks: Hooks): Supervisor {
  const { pause = (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}) } = hooks;
  const parts: Part[] = [];
  const ending = new AbortController();

  function add(name: string, start: (onSpawn: OnSpawn) => Promise<Running>): Part {
    const part: Part = { name, generation: 0, start: (generation) => start((running) => spawned(part, generation, running)) };
    parts.push(part);
    return part;
  }

  /** Over: everything is being ended, or somebody else started the part since. */
  function isOver(part: Part, generation: number): boolean {
    return ending.signal.aborted || part.generation !== generation;
  }

  function report(): void {
    hooks.changed(parts.flatMap(({ name, running }) => (running ? [{ name, pid: running.pid }] : [])));
  }

  function spawned(part: Part, generation: number, running: Running): void {
    if (part.generation === generation) {
      part.running = running;
      report();
    }
    // Born too late.
    if (isOver(part, generation)) void running.stop();
  }

  /** As `part.start`; a failure is said, unless nobody waits for it any more. */
  async function tryToStart(part: Part, generation: number): Promise<void> {
    await part.start(generation).catch((error: unknown) => {
      if (!isOver(part, generation)) hooks.say(`${part.name}: ${messageOf(error)}`);
    });
  }

  async function watch(part: Part, generation: number): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const since = Date.now();
      const how = await part.running?.exited;
      if (isOver(part, generation)) return;
      if (Date.now() - since > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      hooks.say(`${part.name} ended (${how}); starting it again.`);
      await pause(pauseMs, ending.signal);
      if (isOver(part, generation)) return;
      await tryToStart(part, generation);
      if (isOver(part, generation)) return;
    }
  }

  return {
    async keep(name, start) {
      const part = add(name, start);
      const { generation } = part;
      const running = await start((one) => spawned(part, generation, one));
      void watch(part, generation);
      return running;
    },
    async once(name, start) {
      const part = add(name, start);
      const running = await part.start(part.generation);
      spawned(part, part.generation, running);
      const how = await running.exited;
      parts.splice(parts.indexOf(part), 1);
      report();
      if (how !== "code 0") throw new Error(`${name} failed (${how})`);
    },
    async restart(name) {
      const part = parts.find((p) => p.name === name);
      if (part === undefined || ending.signal.aborted) return;
      const generation = ++part.generation;
      await part.running?.stop();
      if (isOver(part, generation)) return;
      await tryToStart(part, generation);
      void watch(part, generation);
    },
    async stop() {
      ending.abort();
      for (const part of parts.toReversed()) await part.running?.stop();
    },
  };
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
