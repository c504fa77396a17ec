import { eq } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { incidents, type payments } from "../../db/schema/index.ts";
import { raiseIncident } from "../platform/incidents.ts";
import { hasMoney, type ProviderView } from "../payments/index.ts";
import { mismatchOf } from "./record-money.ts";

type Payment = typeof payments.$inferSelect;

/** Why a provider's reading can't be true of money that we know was taken; undefined where it can. */
export function contradictionOf({ provider, captured, amount, currency, paymentRef }: Payment, view: ProviderView): string | undefined {
  if (captured === 0) return undefined;
  if (view.paymentRef && paymentRef && view.paymentRef !== paymentRef) return "it is another payment";
  if (view.currency && view.currency !== currency) return `its currency is ${view.currency}`;
  // Of a capture in part Midtrans tells the part as the amount.
  if (view.amount !== undefined && view.amount !== amount && view.amount !== captured) return "its amount is another";
  if (hasMoney(view.state) && view.captured < captured) return "less of it was taken";
  // What Stripe has taken only goes back by a refund; at Midtrans a card's is let go until the day's settlement.
  if (provider === "stripe" && view.state === "voided") return "it was let go";
  return undefined;
}

/** Whether the payment's amount or currency was already reported (`mismatchOf`): a second incident would say the same. */
export async function isForeign(db: Executor, paymentId: string): Promise<boolean> {
  const found = await db
    .select({ id: incidents.id })
    .from(incidents)
    .where(eq(incidents.cause, mismatchOf(paymentId)));
  return found.length > 0;
}

/** A reading that nothing newer explains: no move is made, and a person must look. One incident, however often it is read. */
export function contradicted(db: Executor, payment: Payment, said: string): Promise<void> {
  const { id: paymentId, state, propertyId, bookingId } = payment;
  return raiseIncident(db, {
    cause: `payment-contradicted:${paymentId}`,
    severity: hasMoney(state) ? "critical" : "warning",
    title: `A payment is ${state} here, and its provider says that ${said}`,
    propertyId,
    bookingId,
    data: { paymentId, from: state, said },
    count: 1,
  });
}
