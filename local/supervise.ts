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
}

interface Part {
  name: string;
  start: () => Promise<Running>;
  running?: Running;
  /** Being ended on purpose: its end is no accident. */
  held: boolean;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A part that lived this long begins with the first pause again. */
const STEADY_MS = 30_000;

/** Keeps processes alive: one that ends by accident is started again, after pauses that grow. */
export function createSupervisor(hooks: Hooks): Supervisor {
  const parts: Part[] = [];
  const ending = new AbortController();

  function add(name: string, start: (part: Part) => Promise<Running>): Part {
    const part: Part = { name, held: false, start: () => start(part) };
    parts.push(part);
    return part;
  }

  function report(): void {
    hooks.changed(parts.flatMap(({ name, running }) => (running ? [{ name, pid: running.pid }] : [])));
  }

  function spawned(part: Part, running: Running): void {
    part.running = running;
    report();
    // Born while everything is being ended: too late.
    if (ending.signal.aborted) void running.stop();
  }

  async function watch(part: Part): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const since = Date.now();
      const how = await part.running?.exited;
      if (part.held || ending.signal.aborted) return;
      if (Date.now() - since > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      hooks.say(`${part.name} ended (${how}); starting it again.`);
      await wait(pauseMs, undefined, { signal: ending.signal }).catch(() => {});
      if (part.held || ending.signal.aborted) return;
      await part.start().catch((error: unknown) => {
        if (!ending.signal.aborted) hooks.say(`${part.name}: ${messageOf(error)}`);
      });
    }
  }

  return {
    async keep(name, start) {
      const part = add(name, () => start((running) => spawned(part, running)));
      const running = await start((r) => spawned(part, r));
      void watch(part);
      return running;
    },
    async once(name, start) {
      const part = add(name, start);
      const running = await part.start();
      spawned(part, running);
      const how = await running.exited;
      parts.splice(parts.indexOf(part), 1);
      report();
      if (how !== "code 0") throw new Error(`${name} failed (${how})`);
    },
    async restart(name) {
      const part = parts.find((p) => p.name === name);
      if (part === undefined || part.held || ending.signal.aborted) return;
      part.held = true;
      await part.running?.stop();
      part.held = false;
      await part.start().catch((error: unknown) => hooks.say(`${name}: ${messageOf(error)}`));
      void watch(part);
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
