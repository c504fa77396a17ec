import { dropDraft, extraNights } from "./draft.ts";
import { fits, move, needs, stayOf, union } from "./ledger.ts";
import { stands } from "./state.ts";
import type { At, Step } from "./step.ts";

const wants = ({ guest, plan }: At) => plan.changesTo !== undefined && guest.state === "confirmed" && guest.change === "";
const asOne = ({ model }: At) => stands(model, "a changed stay moves as one");
const hasDraft = ({ guest }: At) => guest.change === "held" || guest.change === "overdue";

/** One net delta a night over the union of old and new; a draft's own nights turn from held to sold. */
function moveStay(at: At): boolean {
  const { model, state, guest, plan } = at;
  const to = plan.changesTo!;
  const drafted = hasDraft(at) ? extraNights(guest, to).map((night) => ({ night, held: -1 })) : [];
  const moved = move(model, state, union([...needs(stayOf(guest), { sold: -1 }), ...needs(to, { sold: 1 }), ...drafted]));
  if (!moved) return false;
  [guest.from, guest.to] = to;
  guest.change = "done";
  return true;
}

/** Refused, the old booking stays whole; and it is refused only for a night that it lacks. */
function change(at: At): void {
  const { state, guest, plan } = at;
  const extra = extraNights(guest, plan.changesTo!);
  const couldMove = fits(
    state,
    extra.map((night) => ({ night, sold: 1 })),
  );
  if (!moveStay(at) && couldMove) guest.wrong = "a change was refused, though the nights that it lacks are free";
}

export const changeSteps: Step[] = [
  { name: "changes the stay", by: "guest", when: (at) => wants(at) && asOne(at) && at.plan.paysDifference !== true, does: change },
  {
    name: "'s old nights go, to change the stay",
    by: "guest",
    when: (at) => wants(at) && !asOne(at) && at.plan.paysDifference !== true,
    does({ model, state, guest }) {
      move(model, state, needs(stayOf(guest), { sold: -1 }));
      guest.change = "half";
    },
  },
  {
    name: "'s new nights are taken",
    by: "app",
    when: ({ guest }) => guest.change === "half",
    does({ model, state, guest, plan }) {
      guest.change = "";
      if (!move(model, state, needs(plan.changesTo!, { sold: 1 }))) return;
      [guest.from, guest.to] = plan.changesTo!;
      guest.change = "done";
    },
  },
  {
    name: "drafts a change that costs more",
    by: "guest",
    when: (at) => wants(at) && at.plan.paysDifference === true,
    does({ model, state, guest, plan }) {
      const extra = extraNights(guest, plan.changesTo!).map((night) => ({ night, held: 1 }));
      if (move(model, state, extra)) guest.change = "held";
    },
  },
  {
    name: "'s draft is over",
    by: "world",
    when: ({ guest }) => guest.change === "held",
    does({ guest }) {
      guest.change = "overdue";
    },
  },
  { name: "'s draft is dropped", by: "app", when: ({ guest }) => guest.change === "overdue", does: ({ model, state, guest }) => dropDraft(model, state, guest) },
  {
    name: " pays the difference",
    by: "world",
    when: (at) => at.guest.difference === "" && (hasDraft(at) || at.guest.change === "over"),
    does({ guest }) {
      guest.difference = "authorised";
    },
  },
  {
    name: "'s difference is settled",
    by: "app",
    when: ({ guest }) => guest.difference === "authorised",
    does(at) {
      // Paid while its nights are held it moves the stay, whatever the clock says; later the money goes back.
      const moved = hasDraft(at) && at.guest.state === "confirmed" && moveStay(at);
      at.guest.difference = moved ? "captured" : "voided";
    },
  },
  {
    name: "'s difference goes back with its booking",
    by: "app",
    when: ({ guest }) => guest.difference === "captured" && guest.state !== "confirmed",
    does({ guest }) {
      guest.difference = "voided";
    },
  },
];
