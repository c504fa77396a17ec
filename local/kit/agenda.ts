import type { LocalClock } from "./clock.ts";
import type { Store } from "./store.ts";

/** Something due at an instant (milliseconds of the kit's clock): one per kind and reference. */
export interface Task {
  at: number;
  kind: string;
  ref: string;
}

export interface Agenda {
  /** Plans a task, or moves it when the same kind and reference is already planned. */
  plan(kind: string, ref: string, at: number): void;
  cancel(kind: string, ref: string): void;
  /** Runs all that is due now, earliest first; also called by the timer and by moves of the clock. */
  runDue(): void;
  close(): void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * A durable agenda on the kit's clock. A task and what it does commit together;
 * `run` must bear a task whose subject is gone.
 */
export function createAgenda(store: Store, clock: LocalClock, run: (task: Task) => void): Agenda {
  const docs = store.collection<Task>("agenda");
  const tasks = new Map(docs.all().map((task) => [idOf(task.kind, task.ref), task]));
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Infinity;
  let running = false;

  function arm(at: number): void {
    if (running || at >= armedFor) return;
    clearTimeout(timer);
    armedFor = at;
    timer = setTimeout(runDue, Math.min(Math.max(at - clock.now(), 0), LONGEST_TIMER)).unref();
  }

  function remove(id: string): void {
    tasks.delete(id);
    docs.delete(id);
  }

  function runDue(): void {
    if (running) return;
    running = true;
    try {
      for (let task = earliest(tasks); task && task.at <= clock.now(); task = earliest(tasks)) {
        const due = task;
        store.atomically(() => {
          remove(idOf(due.kind, due.ref));
          run(due);
        });
      }
    } finally {
      running = false;
      armedFor = Infinity;
      clearTimeout(timer);
      const next = earliest(tasks);
      if (next) arm(next.at);
    }
  }

  const stopListening = clock.onMove(runDue);
  const first = earliest(tasks);
  if (first) arm(first.at);
  return {
    plan(kind, ref, at) {
      const task = { at, kind, ref };
      tasks.set(idOf(kind, ref), task);
      docs.put(idOf(kind, ref), task);
      arm(at);
    },
    cancel: (kind, ref) => remove(idOf(kind, ref)),
    runDue,
    close() {
      stopListening();
      clearTimeout(timer);
      tasks.clear();
    },
  };
}

function idOf(kind: string, ref: string): string {
  return `${kind}:${ref}`;
}

function earliest(tasks: Map<string, Task>): Task | undefined {
  let first: Task | undefined;
  for (const task of tasks.values()) if (!first || task.at < first.at) first = task;
  return first;
}
