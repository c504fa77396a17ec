import { balanceSteps } from "./balance.ts";
import { bookingSteps } from "./booking.ts";
import { changeSteps } from "./change.ts";
import { disputeSteps } from "./dispute.ts";
import type { Guard } from "./guards.ts";
import { holdEndSteps } from "./hold-end.ts";
import { holdSteps } from "./hold.ts";
import { brokenBy } from "./invariants.ts";
import { mailSteps } from "./mail.ts";
import { paymentSteps } from "./payment.ts";
import { copyOf, initial, keyOf, type Configuration, type Model, type State } from "./state.ts";
import type { By } from "./step.ts";
import { worldSteps } from "./world.ts";

/** Every step there is. */
const GUEST_STEPS = [...holdSteps, ...bookingSteps, ...changeSteps, ...paymentSteps, ...holdEndSteps, ...balanceSteps, ...disputeSteps, ...mailSteps];
const NAMES = ["A", "B", "C"];

interface Successor {
  name: string;
  by: By;
  state: State;
}

/** All states that one step leads to. */
function* successors(model: Model, state: State): Generator<Successor> {
  for (const step of worldSteps) {
    if (!step.when(model, state)) continue;
    const next = copyOf(state);
    step.does(model, next);
    yield { name: step.name, by: step.by, state: next };
  }
  for (const [index, guest] of state.guests.entries()) {
    const plan = model.configuration.guests[index]!;
    for (const step of GUEST_STEPS) {
      if (!step.when({ model, state, guest, plan })) continue;
      const next = copyOf(state);
      step.does({ model, state: next, guest: next.guests[index]!, plan });
      yield { name: step.name.startsWith("'") || step.name.startsWith(" ") ? `${NAMES[index]}${step.name}` : `${NAMES[index]} ${step.name}`, by: step.by, state: next };
    }
  }
}

/** One guest's step, by its name. @returns the state after it; undefined where it can't be made now */
export function take(model: Model, state: State, index: number, name: string): State | undefined {
  const step = GUEST_STEPS.find((one) => one.name === name);
  if (!step) throw new Error(`no step "${name}"`);
  const plan = model.configuration.guests[index]!;
  if (!step.when({ model, state, guest: state.guests[index]!, plan })) return undefined;
  const next = copyOf(state);
  step.does({ model, state: next, guest: next.guests[index]!, plan });
  return next;
}

export interface Explored {
  states: number;
  /** What is broken, and the shortest way there; undefined: nothing. */
  broken?: { invariant: string; trace: string[] };
}

/**
 * Breadth-first over every state that the configuration can reach, so that a trace found is a shortest one.
 * Besides the invariants: from everywhere the app can come to rest by its own steps.
 */
export function explore(configuration: Configuration, without?: Guard): Explored {
  const model: Model = { configuration, without };
  const numbers = new Map<string, number>();
  const queue: (State | undefined)[] = [];
  const cameFrom: number[] = [];
  const cameBy: string[] = [];
  const ownEdges: [from: number, to: number][] = [];
  const resting: number[] = [];
  const add = (state: State, from: number, by: string): number => {
    const key = keyOf(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, queue.length);
    cameFrom.push(from);
    cameBy.push(by);
    return queue.push(state) - 1;
  };
  const traceTo = (at: number): string[] => (at <= 0 ? [] : [...traceTo(cameFrom[at]!), cameBy[at]!]);
  add(initial(configuration), -1, "");
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at]!;
    queue[at] = undefined;
    let atRest = true;
    for (const next of successors(model, state)) {
      const to = add(next.state, at, next.name);
      if (next.by !== "app" || to === at) continue;
      atRest = false;
      ownEdges.push([at, to]);
    }
    const invariant = brokenBy(model, state, atRest);
    if (invariant !== undefined) return { states: queue.length, broken: { invariant, trace: traceTo(at) } };
    if (atRest) resting.push(at);
  }
  const restless = firstRestless(queue.length, resting, ownEdges);
  if (restless !== undefined) return { states: queue.length, broken: { invariant: "the app comes to rest by its own steps", trace: traceTo(restless) } };
  return { states: queue.length };
}

/** The first state from which no resting one is reached by the app's own steps. */
function firstRestless(count: number, resting: readonly number[], ownEdges: readonly (readonly [number, number])[]): number | undefined {
  const comesFrom: number[][] = [];
  for (const [from, to] of ownEdges) (comesFrom[to] ??= []).push(from);
  const calm = new Uint8Array(count);
  const todo = [...resting];
  for (const at of todo) calm[at] = 1;
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const from of comesFrom[at] ?? []) {
      if (calm[from] === 1) continue;
      calm[from] = 1;
      todo.push(from);
    }
  }
  const found = calm.indexOf(0);
  return found === -1 ? undefined : found;
}
