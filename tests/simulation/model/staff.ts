import { move, needs } from "./ledger.ts";
import type { Delta, State } from "./state.ts";
import type { WorldStep } from "./step.ts";

type What = keyof State["staff"];

/** Two steps: done, and undone. Only a confirmed one may leave less than is sold. */
function edit(what: What, done: string, undone: string, there: Delta, back: Delta, force: boolean): WorldStep[] {
  const step = (name: string, from: boolean, delta: Delta): WorldStep => ({
    name,
    by: "world",
    when: ({ configuration }, state) => configuration.staff !== undefined && state.staff[what] === from,
    does(model, state) {
      if (move(model, state, needs(model.configuration.staff!, delta), { force })) state.staff[what] = !from;
    },
  });
  return [step(done, false, there), step(undone, true, back)];
}

/** The hotelier's moves. */
export const staffSteps: WorldStep[] = [
  ...edit("blocked", "staff block a unit", "staff free the blocked unit", { blocked: 1 }, { blocked: -1 }, false),
  ...edit("out", "staff take a unit out of service, whatever is sold", "staff put the unit back", { physical: -1 }, { physical: 1 }, true),
  ...edit("allowed", "staff allow one beyond", "staff allow it no longer", { allowance: 1 }, { allowance: -1 }, false),
];
