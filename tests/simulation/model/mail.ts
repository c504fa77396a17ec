import { stands } from "./state.ts";
import type { Step } from "./step.ts";

/** The confirmation: its delivery is a row whose id is the vendor's key, so that a second sending is the first one again. */
export const mailSteps: Step[] = [
  {
    name: "'s confirmation is sent",
    by: "app",
    when: ({ guest }) => guest.mail === "due",
    does({ model, guest }) {
      guest.mails = stands(model, "a message has one row") ? 1 : guest.mails + 1;
      guest.mail = "sending";
    },
  },
  {
    name: "'s confirmation is marked as sent",
    by: "app",
    when: ({ guest }) => guest.mail === "sending",
    does({ guest }) {
      guest.mail = "done";
    },
  },
  {
    name: "'s sending dies before it is marked, or its message comes again",
    by: "crash",
    when: ({ model, guest }) => (model.configuration.crashes && guest.mail === "sending") || (model.configuration.duplicates === true && guest.mail === "done"),
    does({ guest }) {
      guest.mail = "due";
    },
  },
];
