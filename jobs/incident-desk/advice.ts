import type { IncidentCause } from "../../server/platform/incidents.ts";
import { plainOf } from "../../server/platform/money.ts";
import type { ShownIncident } from "./list.ts";

type Kind = IncidentCause extends infer C ? (C extends `${infer K}:${string}` ? K : C) : never;
type Advice = (shown: ShownIncident) => string[];

const WHO = '--author NAME --reason "TEXT"';
const run = (text: string) => `npm run incidents -- ${text} ${WHO}`;
const datum = ({ incident }: ShownIncident, key: string) => {
  const value = incident.data[key];
  return typeof value === "string" ? value : key.toUpperCase();
};
const amount = ({ incident: { data } }: ShownIncident, key: string) => {
  const { [key]: minor, currency } = data;
  return typeof minor === "number" && typeof currency === "string" ? plainOf(minor, currency) : "AMOUNT";
};
/** One line for each refund of the dashboard's that may have been a gift. */
const gifts = ({ incident }: ShownIncident) => {
  const ids = incident.data["dashboardRefunds"];
  return Array.isArray(ids) ? ids.map((id) => run(`goodwill ${String(id)}`)) : [run("goodwill REFUND_ID")];
};
const code = ({ booking }: ShownIncident) => booking?.code ?? "BOOKING";

const byHand: Advice = (shown) => [
  "Send the money to the guest outside the payment provider (bank transfer, cash), then write it down:",
  run(`paid-by-hand ${datum(shown, "refundId")} --reference "TRANSFER NUMBER"`),
];
const system: Advice = () => ["Look at the log and at /health; it closes by itself once the work is done again."];

/** What a person can do about each kind of incident. */
const ADVICE = {
  "payment-contradicted": () => ["Compare the payment with the provider's dashboard; nothing was changed here."],
  "payment-mismatch": () => ["A payment of another amount or currency. If it was taken, give it back in the provider's dashboard, then close this."],
  "money-stuck": (shown) => [
    "The provider refuses a capture, void or refund. It is asked again by itself; look at the payment in its dashboard.",
    ...(shown.incident.data["step"] === "refund"
      ? ["If it won't be made there: send the money outside the provider, then write it down, and it isn't asked again:", byHand(shown)[1]!]
      : []),
  ],
  "page-refused": () => ["The provider refused to open a payment page: look at its account and settings."],
  "provider-unknown": () => ["The provider has money of ours that we have no payment for, or doesn't know one of ours: compare them in its dashboard."],
  "unreadable-webhook": () => ["A vendor's notice could not be read: its version or settings have changed. The sweep reads the payments meanwhile."],
  "refund-failed": byHand,
  "refund-manual": byHand,
  dispute: (shown) =>
    shown.incident.data["state"] === "lost"
      ? ["The guest has the money from the bank. Give none back by hand. To accept the loss:", run(`chargeback-accepted ${datum(shown, "disputeId")}`)]
      : ["Answer the dispute in the provider's dashboard before its deadline. Give nothing back by hand."],
  "money-short": (shown) => [
    "Agree with the guest how the missing money is paid; or accept that it is lost, or don't ask for it:",
    run(`write-off ${code(shown)} --amount ${amount(shown, "missing")}`),
    run(`waive ${code(shown)} --amount ${amount(shown, "missing")}`),
    ...(gifts(shown).length > 0 ? ["Or a refund of the provider's dashboard was meant as a gift:", ...gifts(shown)] : []),
  ],
  "money-overdrawn": (shown) => [
    "More was given back than had come.",
    ...(gifts(shown).length > 0 ? ["If the dashboard's refund was meant as a gift:", ...gifts(shown)] : []),
    `Otherwise ask the guest of ${code(shown)} for it.`,
  ],
  "dead-letter": () => ["A message or task could not be done: npm run dlq -- list shows its letters."],
  "tick-failing": system,
  "event-unfollowed": () => ["A release wrote an event that no job of this one follows: deploy the release that does."],
  "outbox-stuck": system,
  "horizon-stuck": () => ["Some properties' calendars did not grow, named in its data: correct their settings; the next hour tries again."],
} as const satisfies Record<Kind, Advice>;

/** What to do, in lines; the commands are ready to be copied. */
export function adviceOf(shown: ShownIncident): string[] {
  const kind = shown.incident.cause.split(":")[0]!;
  return kind in ADVICE ? ADVICE[kind as Kind](shown) : [];
}
