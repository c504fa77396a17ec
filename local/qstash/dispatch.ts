import type { LocalClock } from "../kit/clock.ts";
import { createBatcher } from "./batcher.ts";
import { claimFree, claimLanes, giveBack, nextDue } from "./claim.ts";
import type { Database } from "./database.ts";
import { createCourier } from "./deliver.ts";
import type { DeliveryFaults } from "./delivery-faults.ts";
import type { Claimed, DeliveryResult } from "./model.ts";
import { prune, recordOutcomes } from "./record.ts";
import { settle, type Outcome } from "./settle.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DATABASE_PAUSE_MS = 250;
const PRUNE_EVERY = 2_000;

export interface Dispatcher {
  /** Something may be due: look at once. */
  wake(): void;
  pause(): void;
  resume(): void;
  paused(): boolean;
  /** Forgets messages that were cancelled after they had been taken. */
  drop(ids: string[]): void;
  /** Stops at once; what is on its way will be delivered again by the next start. */
  close(): Promise<void>;
}

interface DispatcherOptions {
  sql: Database;
  clock: LocalClock;
  faults: DeliveryFaults;
  /** Deliveries at the same time. */
  concurrency: number;
  signingKey: () => string;
  /** Publishes what due schedules ask for. */
  fireSchedules: () => Promise<void>;
}

/** Takes due messages and delivers them. A failing database only makes it wait and look again. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { sql, clock, faults, concurrency } = options;
  const courier = createCourier();
  const stop = new AbortController();
  const record = createBatcher<Outcome, void>(async (outcomes) => {
    await recordOutcomes(sql, outcomes);
    return [];
  }, 200);
  /** Taken from the table and not yet written back, by id. */
  const taken = new Set<string>();
  let ready: Claimed[] = [];
  let active = 0;
  let more = false;
  let paused = false;
  let doubtful = true;
  let busy = false;
  let pumping: Promise<void> | undefined;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let finished = 0;

  function wake(): void {
    if (stop.signal.aborted || paused) return;
    again = true;
    if (!busy) pumping = pump();
  }

  async function pump(): Promise<void> {
    busy = true;
    while (again && !paused && !stop.signal.aborted) {
      again = false;
      try {
        await look();
      } catch {
        // Postgres is away; an update may have happened without our hearing of it.
        doubtful = true;
        wakeIn(DATABASE_PAUSE_MS);
      }
    }
    // In the same turn as the last look at `again`, or a call in between would be lost.
    busy = false;
  }

  async function look(): Promise<void> {
    if (doubtful) {
      await giveBack(sql, [...taken]);
      doubtful = false;
    }
    const now = clock.now();
    const lanes = await claimLanes(sql, now);
    take(lanes.claimed);
    const room = concurrency * 2 - ready.length;
    const free = room > 0 ? await claimFree(sql, now, room) : [];
    more = free.length >= room;
    take(free);
    if (more) return;
    const due = await nextDue(sql, now);
    if (due.schedule <= now) {
      await options.fireSchedules();
      again = true;
      return;
    }
    wakeIn(Math.min(due.message, due.schedule, lanes.wakeAt) - now);
  }

  function wakeIn(ms: number): void {
    clearTimeout(timer);
    if (ms === Infinity || stop.signal.aborted) return;
    timer = setTimeout(wake, Math.min(Math.max(0, Math.ceil(ms)), LONGEST_TIMER_MS));
  }

  function take(claimed: Claimed[]): void {
    for (const item of claimed) taken.add(item.message.id);
    ready.push(...claimed);
    startReady();
  }

  function startReady(): void {
    while (active < concurrency && ready.length > 0 && !paused && !stop.signal.aborted) {
      const item = ready.shift();
      if (item) void work(item);
    }
  }

  async function work(item: Claimed): Promise<void> {
    active += 1;
    const outcome = await tryOnce(item);
    active -= 1;
    startReady();
    if (more && ready.length < concurrency) wake();
    if (stop.signal.aborted) return;
    await recordForSure(outcome);
    taken.delete(item.message.id);
    if (outcome.next === "retry" || outcome.callbacks.length > 0 || isHeld(item)) wake();
    finished += 1;
    // Old rows wait for the next round if Postgres is away.
    if (finished % PRUNE_EVERY === 0) await prune(sql, clock.now()).catch(() => undefined);
  }

  async function tryOnce(item: Claimed): Promise<Outcome> {
    const { message } = item;
    const fault = faults.take();
    if (fault?.mode === "lost") {
      const silence: DeliveryResult = { status: 200, headers: {}, body: Buffer.alloc(0) };
      return { ...settle(item, silence, clock.now()), callbacks: [] };
    }
    if (fault?.mode === "delay") {
      const later = { ...message, notBefore: clock.now() + fault.ms };
      return { seq: item.seq, message: later, next: "retry", callbacks: [] };
    }
    const deliver = (): Promise<DeliveryResult> => courier.deliver(message, options.signingKey());
    if (fault?.mode === "twice") await deliver();
    return settle(item, await deliver(), clock.now());
  }

  async function recordForSure(outcome: Outcome): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        return await record(outcome);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, DATABASE_PAUSE_MS));
      }
    }
  }

  const stopListening = clock.onMove(wake);
  wake();
  return {
    wake,
    pause: () => void (paused = true),
    resume() {
      paused = false;
      startReady();
      wake();
    },
    paused: () => paused,
    drop(ids) {
      ready = ready.filter(({ message }) => !ids.includes(message.id));
      for (const id of ids) taken.delete(id);
    },
    async close() {
      stop.abort();
      stopListening();
      clearTimeout(timer);
      courier.close();
      await pumping;
    },
  };
}

/** Its end lets the next message of its queue or flow key go. */
function isHeld({ message }: Claimed): boolean {
  return message.queue !== undefined || message.flow !== undefined;
}
