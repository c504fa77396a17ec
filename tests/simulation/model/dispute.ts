import { emit } from "./events.ts";
import type { Step } from "./step.ts";

/** The bank takes the money, and decides; staff give some of it back. Each is heard of as any change of money is. */
export const disputeSteps: Step[] = [
  {
    name: "'s charge is disputed",
    by: "world",
    when: ({ guest, plan }) => plan.disputes === true && guest.dispute === "" && guest.row === "captured" && guest.refunded === 0,
    does({ model, state, guest }) {
      guest.dispute = "open";
      emit(model, state, guest, "money changed");
    },
  },
  ...(["won", "lost"] as const).map((end): Step => ({
    name: `'s dispute is ${end}`,
    by: "world",
    when: ({ guest }) => guest.dispute === "open",
    does({ model, state, guest }) {
      guest.dispute = end;
      emit(model, state, guest, "money changed");
    },
  })),
  {
    name: " is given half of the money back, as a gift",
    by: "world",
    when: ({ guest, plan }) => plan.gift === true && !guest.gift && guest.row === "captured" && guest.state === "confirmed",
    does({ model, state, guest }) {
      guest.gift = true;
      emit(model, state, guest, "money changed");
    },
  },
];
