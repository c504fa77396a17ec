import { canMove } from "../../../server/payments/index.ts";
import { confirm } from "./booking.ts";
import { emit } from "./events.ts";
import { expire, letOverdueGo } from "./hold.ts";
import { fits, needs, stayOf } from "./ledger.ts";
import { stands, type Guest, type Model, type State } from "./state.ts";
import type { At, Step } from "./step.ts";

const isOpen = (guest: Guest) => guest.provider === "created" || guest.provider === "denied";
/** What the payments' sweep asks for. */
const asked = (guest: Guest) => guest.row === "created" || guest.row === "denied" || guest.row === "authorised";

/** `settle`: writes what the provider said, when it was read, into payment and booking. */
export function apply(model: Model, state: State, guest: Guest, brought: Guest["view"]): void {
  const view = brought === "again" ? guest.provider : brought;
  if (view === "" || guest.row === "" || view === guest.row || !canMove(guest.row, view)) return;
  if (view === "denied" && guest.row === "authorised") guest.wrong = "a guest who has paid was told of a refused card";
  guest.row = view;
  if (stands(model, "a view that was overtaken is read again")) {
    if (guest.view !== "") guest.view = "again";
    if (isBrought(guest.balancing)) guest.balancing = "again";
  }
  if (view === "authorised" || view === "captured") becomePaid(model, state, guest);
}

/** Confirms the booking, takes its nights again, or leaves the money to the balance. */
function becomePaid(model: Model, state: State, guest: Guest): void {
  if (state.saleEnded && stands(model, "a stay that can't begin any more is not sold")) {
    if (guest.state === "pending") expire(model, state, guest, "job");
    return emit(model, state, guest, "money changed");
  }
  if (guest.state === "pending" && confirm(model, state, guest, "pending")) return;
  if (guest.state === "expired") {
    if (confirm(model, state, guest, "expired")) return;
    if (stands(model, "late money lets overdue holds go first")) letOverdueGo(model, state, stayOf(guest), guest);
    if (confirm(model, state, guest, "expired")) return;
    const overdue = state.guests.some((other) => other.state === "pending" && other.clock !== "live");
    if (overdue && !fits(state, needs(stayOf(guest), { sold: 1 }))) guest.wrong = "late money was refused for an overdue hold";
  }
  emit(model, state, guest, "money changed");
}

/** Whether a call of the balance has brought a view that is still to be written down. */
export function isBrought(balancing: Guest["balancing"]): balancing is Exclude<Guest["view"], ""> {
  return !["", "capture", "void", "refund", "refunded"].includes(balancing);
}

export const paymentSteps: Step[] = [
  {
    name: "opens the payment page",
    by: "guest",
    when: ({ guest, plan }) => plan.pays === "online" && guest.answer === "held" && guest.state === "pending" && guest.clock === "live" && guest.row === "",
    does({ guest }) {
      guest.row = "created";
      guest.provider = "created";
    },
  },
  {
    name: "'s card is declined",
    by: "world",
    when: ({ guest }) => guest.provider === "created",
    does({ guest }) {
      guest.provider = "denied";
    },
  },
  {
    name: " pays: authorised",
    by: "world",
    when: ({ guest }) => isOpen(guest),
    does({ guest }) {
      guest.provider = "authorised";
      if (guest.state === "expired" && guest.endedBy === "job") guest.wrong = "paid on a page that the hold's end had left open";
    },
  },
  {
    name: "'s payment is read, by webhook or sweep",
    by: "app",
    when: ({ model, guest }) => guest.view === "" && guest.row !== guest.provider && asked(guest) && stands(model, "the sweep asks the provider"),
    does: read,
  },
  {
    name: "'s payment is read, by a notice that came early, late or again",
    by: "world",
    when: ({ model, guest }) => model.configuration.duplicates === true && guest.view === "" && guest.provider !== "",
    does: read,
  },
  {
    name: "'s payment and booking are settled",
    by: "app",
    when: ({ guest }) => guest.view !== "",
    does({ model, state, guest }) {
      const { view } = guest;
      guest.view = "";
      apply(model, state, guest, view);
    },
  },
  {
    name: "'s settling dies after its read",
    by: "crash",
    when: ({ model, guest }) => model.configuration.crashes && guest.view !== "",
    does({ guest }) {
      guest.view = "";
    },
  },
];

function read({ guest }: At): void {
  guest.view = guest.provider;
}
