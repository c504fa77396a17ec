import type { LocalClock } from "./clock.ts";
import type { Collection } from "./store.ts";

/** Something that a stand-in does at `at` (milliseconds on its clock). */
export interface DueItem {
  id: string;
  at: number;
}

export interface DueQueue<T extends DueItem> {
  /** Stores the item, in the place of another with its id. */
  add(item: T): void;
  remove(id: string): void;
  /** Stops, aborts what is running, and leaves it stored for the next start. */
  close(): Promise<void>;
}

interface DueOptions<T extends DueItem> {
  items: Collection<T>;
  clock: LocalClock;
  /** Returns the item to try again later (with a new `at`), or undefined when it is done. */
  run: (item: T, signal: AbortSignal) => Promise<T | undefined> | T | undefined;
}

/** setTimeout overflows above 2^31 ms. */
const LONGEST_TIMER_MS = 24 * 3600 * 1000;

/** A durable queue that runs each item when the stand-in's clock has reached it, also after a restart or a clock move. */
export function createDueQueue<T extends DueItem>(options: DueOptions<T>): DueQueue<T> {
  const { items, clock, run } = options;
  const waiting = new Map<string, T>(items.all().map((item) => [item.id, item]));
  const running = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  function arm(): void {
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    let next = Infinity;
    for (const item of waiting.values()) next = Math.min(next, item.at);
    if (next === Infinity) return;
    const wait = Math.min(Math.max(0, next - clock.now()), LONGEST_TIMER_MS);
    timer = setTimeout(runDue, wait);
  }

  function runDue(): void {
    const now = clock.now();
    for (const item of waiting.values()) {
      if (item.at > now || running.has(item.id)) continue;
      waiting.delete(item.id);
      running.set(item.id, work(item));
    }
    arm();
  }

  async function work(item: T): Promise<void> {
    let again: T | undefined;
    try {
      again = await run(item, stop.signal);
    } catch (error) {
      // oxlint-disable-next-line no-console -- a stand-in has no other place to say it
      console.error(`a stand-in failed at ${item.id}`, error);
    }
    running.delete(item.id);
    if (stop.signal.aborted) return;
    // Added anew while it ran: the newer one counts.
    if (!waiting.has(item.id)) {
      if (again) add(again);
      else items.delete(item.id);
    }
    arm();
  }

  function add(item: T): void {
    items.put(item.id, item);
    waiting.set(item.id, item);
    arm();
  }

  const stopListening = clock.onMove(arm);
  arm();
  return {
    add,
    remove(id) {
      items.delete(id);
      waiting.delete(id);
      arm();
    },
    async close() {
      stop.abort();
      stopListening();
      clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
