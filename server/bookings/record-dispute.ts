import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { disputes, refunds, type payments } from "../../db/schema/index.ts";
import { newId } from "../platform/ids.ts";
import { closeIncident, raiseIncident } from "../platform/incidents.ts";
import { canMoveDispute, type ProviderDispute } from "../payments/index.ts";
import type { MoneyEntry } from "./events.ts";
import { tellMoney } from "./money-news.ts";
import { recordEvent } from "./record.ts";

type Payment = typeof payments.$inferSelect;
type Dispute = typeof disputes.$inferSelect;

/** What a person is told while it stands; `undefined`: nothing is left to do. */
const TOLD = {
  inquiry: { severity: "warning", title: "A guest's bank asks about a payment: answer it in the provider's dashboard" },
  open: { severity: "critical", title: "A guest disputes a payment: answer it in the provider's dashboard; refunds of it wait for the end" },
  lost: { severity: "critical", title: "A dispute was lost: the guest has this money from the bank; give none of it back by hand" },
  won: undefined,
  closed: undefined,
} as const satisfies Record<Dispute["state"], { severity: "warning" | "critical"; title: string } | undefined>;

/**
 * Writes a dispute as the provider has it: one incident while it stands, however often it is read. Closes when it is won,
 * or a person accepts that it is lost. @returns whether what it does to the money has changed
 */
export async function recordDispute(tx: Transaction, entry: MoneyEntry, payment: Payment, view: ProviderDispute): Promise<boolean> {
  const [known] = await tx.select().from(disputes).where(eq(disputes.providerRef, view.ref)).for("no key update");
  const { amount, currency, providerState } = view;
  // A reading that is older than another one moves nothing back.
  const state = !known || known.state === view.state || canMoveDispute(known.state, view.state) ? view.state : known.state;
  const closedAt = known?.closedAt ?? (state === "inquiry" || state === "open" ? null : sql`app_now()`);
  const facts = { state, providerState, amount, refundable: view.isRefundable, closedAt };
  const id = known?.id ?? newId();
  if (known) await tx.update(disputes).set(facts).where(eq(disputes.id, known.id));
  else {
    const { propertyId, id: paymentId } = payment;
    const openedAt = view.openedAt ?? sql`app_now()`;
    await tx.insert(disputes).values({ id, propertyId, paymentId, providerRef: view.ref, currency, openedAt, ...facts });
  }
  if (known && known.state === state && known.amount === amount && known.refundable === view.isRefundable) return false;
  if (known?.state !== state) await recordEvent(tx, { ...entry, type: `dispute_${state}`, data: { disputeId: id, paymentId: payment.id, amount, currency } });
  await tell(tx, entry, { id, paymentId: payment.id, ...view, state });
  if (known?.state !== state) await tellParties(tx, entry, { id, paymentId: payment.id, state, isRefundable: view.isRefundable });
  return true;
}

async function tell(tx: Transaction, entry: MoneyEntry, dispute: ProviderDispute & { id: string; paymentId: string }): Promise<void> {
  const { ref, state, amount, currency, providerState, paymentId, id: disputeId } = dispute;
  const told = TOLD[state];
  if (!told) return closeIncident(tx, disputeOf(ref));
  const { propertyId, bookingId } = entry;
  await raiseIncident(tx, {
    cause: disputeOf(ref),
    ...told,
    propertyId,
    bookingId,
    data: { disputeId, paymentId, amount, currency, state, providerState },
    count: 1,
  });
}

/** The guest hears of its end, and of a refund that it keeps waiting. */
async function tellParties(
  tx: Transaction,
  entry: MoneyEntry,
  { id, paymentId, state, isRefundable }: { id: string; paymentId: string; state: Dispute["state"]; isRefundable: boolean },
): Promise<void> {
  if (state !== "closed") await tellMoney(tx, entry, `dispute_${state}`, id);
  if (state !== "open" || isRefundable) return;
  const waiting = await tx
    .select({ id: refunds.id })
    .from(refunds)
    .where(and(eq(refunds.paymentId, paymentId), eq(refunds.state, "requested")));
  for (const refund of waiting) await tellMoney(tx, entry, "refund_waits", refund.id);
}

/** The cause of a dispute's incident. */
export function disputeOf(providerRef: string) {
  return `dispute:${providerRef}` as const;
}
