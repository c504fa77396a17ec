import type { Guest, GuestPlan, Model, State } from "./state.ts";

/** Who makes a step: the app's own are the ones that must come to rest with everything in order. */
export type By = "guest" | "world" | "app" | "crash";

/** Where a step of one guest's stands; `state` may be written on in `does` alone. */
export interface At {
  model: Model;
  state: State;
  guest: Guest;
  plan: GuestPlan;
}

/** A step of one guest: `when` reads, `does` writes on a copy. */
export interface Step {
  name: string;
  by: By;
  when: (at: At) => boolean;
  does: (at: At) => void;
}

/** A step of nobody's in particular. */
export interface WorldStep {
  name: string;
  by: By;
  when: (model: Model, state: State) => boolean;
  does: (model: Model, state: State) => void;
}
