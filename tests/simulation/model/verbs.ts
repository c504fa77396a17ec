import { take } from "./explore.ts";
import { move, type Need } from "./ledger.ts";
import { copyOf, type Model, type Span, type State } from "./state.ts";

/** What a test may do to the model and to the product alike. */
export type Action =
  | { do: "hold" | "pay" | "cancel" | "end the hold of"; guest: number }
  | { do: "change"; guest: number; to: Span }
  | { do: "move"; why: "channel" | "block" | "adjust"; nights: Need[]; force: boolean }
  | { do: "let holds run out" };

export interface Done {
  /** The answer, or the refusal's code. */
  outcome: string;
  state: State;
}

/** The product's verbs, made of the model's steps: what each must answer, and what it leaves. */
export function act(model: Model, state: State, action: Action): Done {
  switch (action.do) {
    case "hold": {
      const asked = take(model, state, action.guest, "asks for a hold")!;
      const next = take(model, asked, action.guest, "gets the hold's answer")!;
      return { outcome: next.guests[action.guest]!.answer === "held" ? "held" : "SOLD_OUT", state: next };
    }
    case "pay": {
      const next = take(model, state, action.guest, "confirms, to pay at the property");
      return next ? { outcome: "confirmed", state: next } : { outcome: UNPAYABLE[state.guests[action.guest]!.state], state };
    }
    case "cancel": {
      const next = take(model, state, action.guest, "cancels");
      return next ? { outcome: "cancelled", state: next } : { outcome: "PRECONDITION", state };
    }
    case "change":
      return change(model, state, action);
    case "end the hold of": {
      const closed = take(model, state, action.guest, "'s page is closed, for the hold is over");
      const next = closed && take(model, closed, action.guest, "'s hold is brought to its end");
      return next ? { outcome: "expired", state: next } : { outcome: "not_due", state };
    }
    case "move": {
      const next = copyOf(state);
      return { outcome: move(model, next, action.nights, action) ? "moved" : "refused", state: next };
    }
    case "let holds run out":
      return { outcome: "later", state: state.guests.reduce((at, _, index) => take(model, at, index, "'s hold is over") ?? at, state) };
  }
}

/** A stay that is paid at the property changes at once, as often as its guest likes. */
function change(model: Model, state: State, { guest, to }: { guest: number; to: Span }): Done {
  const before = state.guests[guest]!;
  if (before.state !== "confirmed" || (before.from === to[0] && before.to === to[1])) return { outcome: "PRECONDITION", state };
  const guests = model.configuration.guests.map((plan, index) => (index === guest ? { ...plan, changesTo: to } : plan));
  const next = copyOf(take({ ...model, configuration: { ...model.configuration, guests } }, state, guest, "changes the stay")!);
  const outcome = next.guests[guest]!.change === "done" ? "applied" : "SOLD_OUT";
  next.guests[guest]!.change = "";
  return { outcome, state: next };
}

/** What a guest is told whose booking waits for no payment: it is confirmed already, or its time is over. */
const UNPAYABLE = { "": "NOT_FOUND", pending: "HOLD_EXPIRED", confirmed: "confirmed", expired: "HOLD_EXPIRED", cancelled: "PRECONDITION" } as const;

/** Whether a test may do it now: no booking without a hold, and nothing goes below zero. */
export function canAct(state: State, action: Action): boolean {
  if (action.do === "let holds run out" || action.do === "hold") return true;
  if (action.do !== "move") return state.guests[action.guest]!.made > 0;
  return action.nights.every(({ night, ...delta }) => {
    const row = state.nights[night]!;
    return (["physical", "allowance", "sold", "held", "blocked"] as const).every((count) => row[count] + (delta[count] ?? 0) >= 0);
  });
}
