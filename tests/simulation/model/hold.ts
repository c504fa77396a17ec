import { draftNights, dropDraft } from "./draft.ts";
import { emit } from "./events.ts";
import { fits, move, needs, stayOf } from "./ledger.ts";
import { stands, type Guest, type Model, type State } from "./state.ts";
import type { At, Step } from "./step.ts";

/** Gives back what is held, and ends the hold. The job closes the page first; a take in need does not. */
export function expire(model: Model, state: State, guest: Guest, by: Guest["endedBy"]): void {
  move(model, state, needs(stayOf(guest), { held: -1 }));
  // The UPDATE repeats the state that it leaves.
  if (guest.state === "pending") {
    guest.state = "expired";
    guest.clock = "live";
    guest.endedBy = by;
  }
  emit(model, state, guest, "expired");
}

/** Overdue holds, and overdue drafts of a change, on nights that somebody needs. */
export function letOverdueGo(model: Model, state: State, [from, to]: readonly [number, number], but: Guest): void {
  for (const other of state.guests) {
    if (other === but) continue;
    if (other.state === "pending" && other.clock !== "live" && other.from < to && from < other.to) expire(model, state, other, "take");
    if (other.change === "overdue" && draftNights(model, state, other).some((night) => from <= night && night < to)) dropDraft(model, state, other);
  }
}

/** Whether nobody but overdue holds is in the way: then a refusal is false. */
function couldTake({ model, state, guest }: At): boolean {
  const overdue = (night: number) =>
    state.guests.filter((other) => other.state === "pending" && other.clock !== "live" && other.from <= night && night < other.to).length +
    state.guests.filter((other) => other.change === "overdue" && draftNights(model, state, other).includes(night)).length;
  return needs(stayOf(guest), {}).every(({ night }) => fits(state, [{ night, held: 1 - overdue(night) }]));
}

/** The transaction of `bookings.hold`: the stored answer, or the take with its booking, event and answer. */
function hold(at: At): void {
  const { model, state, guest } = at;
  const saw = guest.request;
  guest.request = "";
  if (guest.lock !== "") release(at);
  if (guest.stored !== "" || state.saleEnded) return;
  const need = needs(stayOf(guest), { held: 1 });
  const trusting = !stands(model, "a take checks what is free");
  const take = () => (trusting ? saw === "saw free" && move(model, state, need, { trusting }) : move(model, state, need));
  let took = take();
  if (!took && stands(model, "overdue holds refuse nobody")) {
    letOverdueGo(model, state, stayOf(guest), guest);
    took = take();
  }
  if (!took) {
    if (couldTake(at) && !trusting) guest.wrong = "refused, though only an overdue hold is in the way";
    if (!stands(model, "a refusal is not stored")) guest.stored = "sold out";
    return;
  }
  guest.made += 1;
  guest.state = "pending";
  if (stands(model, "the answer is stored with its effect")) guest.stored = "held";
  else guest.request = "answer not stored";
}

/** The client learns the stored answer, or the refusal; a repetition must learn the same. */
function hear(at: At): void {
  const { guest } = at;
  const heard = guest.stored === "" && guest.request === "" ? "sold out" : guest.stored || "held";
  if (guest.answer === "held" && heard !== "held") guest.wrong = "a repeated request got another answer";
  if (heard === "sold out" && guest.stored === "sold out" && couldTake(at)) guest.wrong = "an old refusal was said again, though the nights are free";
  guest.answer = heard;
}

function release({ model, state, guest }: At): void {
  if (!stands(model, "a lock is released by its owner") || state.lock === state.guests.indexOf(guest)) state.lock = -1;
  guest.lock = "";
}

const underWay = ({ guest }: At) => guest.request !== "" && guest.request !== "answer not stored";

export const holdSteps: Step[] = [
  {
    name: "asks for a hold",
    by: "guest",
    when: ({ model, state, guest, plan }) =>
      !state.saleEnded && guest.request === "" && (guest.answer !== "held" || plan.repeats === true) && (!model.configuration.lock || state.lock === -1),
    does({ model, state, guest }) {
      guest.request = "begun";
      if (!stands(model, "a take checks what is free")) guest.request = fits(state, needs(stayOf(guest), { held: 1 })) ? "saw free" : "saw full";
      if (!model.configuration.lock) return;
      state.lock = state.guests.indexOf(guest);
      guest.lock = "held";
    },
  },
  {
    name: "gets the hold's answer",
    by: "app",
    when: underWay,
    does(at) {
      hold(at);
      hear(at);
    },
  },
  { name: "'s hold commits, and the answer is lost", by: "crash", when: (at) => at.model.configuration.crashes && underWay(at), does: hold },
  {
    name: "'s answer is stored",
    by: "app",
    when: ({ guest }) => guest.request === "answer not stored",
    does({ guest }) {
      guest.request = "";
      guest.stored = "held";
    },
  },
  {
    name: "'s hold dies before its commit",
    by: "crash",
    when: (at) => at.model.configuration.crashes && underWay(at),
    does({ guest }) {
      // Its lock stays until it runs out.
      guest.request = "";
      guest.lock = "";
    },
  },
  {
    name: "'s hold dies before its answer is stored",
    by: "crash",
    when: ({ model, guest }) => model.configuration.crashes && guest.request === "answer not stored",
    does({ guest }) {
      guest.request = "";
    },
  },
  {
    name: "'s hold is over",
    by: "world",
    when: ({ guest }) => guest.state === "pending" && guest.clock === "live",
    does({ guest }) {
      guest.clock = "overdue";
    },
  },
  {
    name: "'s slow method extends the hold",
    by: "app",
    when: ({ guest, plan }) => plan.slow === true && guest.state === "pending" && guest.clock === "live" && guest.provider === "created" && !guest.extended,
    does({ guest }) {
      guest.extended = true;
    },
  },
  {
    name: "'s lock runs out",
    by: "world",
    when: ({ state, guest }) => state.lock === state.guests.indexOf(guest),
    does({ state, guest }) {
      state.lock = -1;
      if (guest.lock === "held") guest.lock = "run out";
    },
  },
];
