import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookings, payments, properties } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { isDomainError } from "../errors.ts";
import { raiseIncident } from "../platform/incidents.ts";
import { commit } from "../platform/transact.ts";
import { canMove, hasMoney, planMoney, type ProviderView } from "../payments/index.ts";
import type { MovedNight } from "../rooms/index.ts";
import { announce } from "./announce.ts";
import { becomePaid } from "./become-paid.ts";
import { withinSale } from "./begun.ts";
import { contradicted, contradictionOf, isForeign } from "./contradicted.ts";
import { emit, type MoneyEntry } from "./events.ts";
import { readMoney } from "./money.ts";
import { tellMoney } from "./money-news.ts";
import { withOverdueLetGo } from "./overdue.ts";
import { recordEvent } from "./record.ts";
import { mismatchOf, recordMoney } from "./record-money.ts";
import { sideOf } from "./settlement.ts";
import { staysOf } from "./stays.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;

/** `overtaken`: another reading was written since the row was seen, so that this one may be the older of them. */
export type Applied = "written" | "overtaken";

/**
 * Writes what the provider says into payment and booking, in one transaction. `seen` is the row as it was
 * before the provider was asked: what changed it since is newer than `view`.
 */
export async function applyView(ctx: Context, seen: Pick<Payment, "id" | "version">, view: ProviderView): Promise<Applied> {
  const deadline = performance.now() + ctx.config.LOCK_WAIT_MS;
  try {
    return await withOverdueLetGo(ctx, deadline, () => applyOnce(ctx, seen, view, "try"));
  } catch (error) {
    // The nights are sold: the last try takes them if they came free, and else gives the money back.
    if (isDomainError(error, "SOLD_OUT")) return applyOnce(ctx, seen, view, "last try");
    throw error;
  }
}

const WRITTEN = { applied: "written", confirmed: false, moved: [] as readonly MovedNight[] } as const;
type Outcome = { applied: Applied; confirmed: boolean; moved: readonly MovedNight[] };

async function applyOnce(ctx: Context, seen: Pick<Payment, "id" | "version">, view: ProviderView, attempt: "try" | "last try"): Promise<Applied> {
  return commit(ctx.db, async (tx) => {
    const { applied, confirmed, moved } = await applyIn(tx, ctx, seen, view, attempt);
    const metric = confirmed ? "bookings_confirmed_total" : undefined;
    return { answer: applied, committed: () => announce(ctx, moved, metric, { how: "online" }) };
  });
}

async function applyIn(tx: Transaction, ctx: Context, seen: Pick<Payment, "id" | "version">, view: ProviderView, attempt: "try" | "last try"): Promise<Outcome> {
  const [head] = await tx.select({ bookingId: payments.bookingId }).from(payments).where(eq(payments.id, seen.id));
  if (!head) return WRITTEN;
  const [booking] = await tx.select().from(bookings).where(eq(bookings.id, head.bookingId)).for("no key update");
  const [payment] = await tx.select().from(payments).where(eq(payments.id, seen.id)).for("no key update");
  if (!booking || !payment) return WRITTEN;
  // Read before the money came, written after: it would undo what is newer.
  const older = payment.version !== seen.version && hasMoney(payment.state) && !hasMoney(view.state);
  if (older && view.state !== "voided") return { ...WRITTEN, applied: "overtaken" };
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
  const actor = actorKey(ctx.actor);
  const untrue = contradictionOf(payment, view);
  if (untrue && payment.version !== seen.version) return { ...WRITTEN, applied: "overtaken" };
  if (untrue) {
    await tx
      .update(payments)
      .set({ checkedAt: sql`app_now()` })
      .where(eq(payments.id, payment.id));
    if (!(await isForeign(tx, payment.id))) await contradicted(tx, payment, untrue);
    return WRITTEN;
  }
  if (await recordMoney(tx, { ...event, actor }, payment, view)) await emit(tx, { type: "booking.money_changed", payload: event });
  if (view.state === payment.state) return WRITTEN;
  if (!canMove(payment.state, view.state)) {
    if (payment.version === seen.version) await contradicted(tx, payment, `its state is ${view.state}`);
    return WRITTEN;
  }
  const amounts = { amount: payment.amount, captured: view.captured, currency: payment.currency };
  await recordEvent(tx, { ...event, type: `payment_${view.state}`, actor, data: { ...amounts, paymentId: payment.id } });
  if (hasMoney(payment.state)) {
    if (!hasMoney(view.state)) await tellLapse(tx, booking, { ...event, actor }, payment.id);
    const moved = !hasMoney(view.state) || view.captured !== payment.amount;
    if (moved) await emit(tx, { type: "booking.money_changed", payload: event });
    return WRITTEN;
  }
  if (!hasMoney(view.state)) {
    // A change's guest saw the decline on the page, and was promised a mail only where the provider looked again.
    const examined = payment.state === "challenged";
    const told = payment.changeId ? examined : booking.holdExpiresAt && (examined || view.state === "denied");
    if (told) await emit(tx, { type: "booking.payment_failed", payload: { ...event, paymentId: payment.id } });
    if (view.state === "pending" && view.expiresAt) {
      await extendHold(tx, booking, view.expiresAt);
      await tellMoney(tx, { ...event, actor }, "transfer_waiting", payment.id);
    }
    return WRITTEN;
  }
  if (view.amount !== payment.amount || view.currency !== payment.currency) {
    await notOurs(tx, payment, view);
    await tellMoney(tx, { ...event, actor }, "paid_otherwise", payment.id);
    await emit(tx, { type: "booking.money_changed", payload: event });
    return WRITTEN;
  }
  return { ...WRITTEN, ...(await becomePaid(tx, booking, { ...payment, captured: view.captured }, actor, attempt)) };
}

/** A reservation or taken money is gone at the provider: where the booking owes it, nobody has let it go for us. */
async function tellLapse(tx: Transaction, booking: Booking, entry: MoneyEntry, paymentId: string): Promise<void> {
  const money = await readMoney(tx, booking.id);
  const { owed } = sideOf(booking, await staysOf(tx, booking.id), money);
  const { missing } = planMoney(money.facts, owed);
  if (missing === 0) return;
  await recordEvent(tx, { ...entry, type: "authorisation_lapsed", data: { paymentId, missing } });
  await tellMoney(tx, entry, "lapsed", paymentId);
}

/** Such money confirms nothing and pays for nothing: the balance lets a reservation go, a person gives taken money back. */
async function notOurs(tx: Transaction, payment: Payment, view: ProviderView): Promise<void> {
  await raiseIncident(tx, {
    cause: mismatchOf(payment.id),
    severity: "critical",
    title: "A payment's amount or currency is not the booking's",
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { paymentId: payment.id, amount: view.amount, currency: view.currency, expected: payment.amount, expectedCurrency: payment.currency },
  });
}

/** A slow method may extend the hold once, to its own end, where the property allows it; never past the stay's last sale. */
async function extendHold(tx: Transaction, booking: Booking, methodEnd: Date): Promise<void> {
  if (booking.holdExtended || booking.holdExpiresAt === null) return;
  const [property] = await tx
    .select({ extendHolds: properties.extendHolds, zone: properties.zone, sameDayCutOff: properties.sameDayCutOff })
    .from(properties)
    .where(eq(properties.id, booking.propertyId));
  if (!property?.extendHolds) return;
  const until = withinSale(property, methodEnd, booking.checkIn);
  if (until <= booking.holdExpiresAt) return;
  await tx
    .update(bookings)
    .set({ holdExpiresAt: until, holdExtended: true })
    .where(and(eq(bookings.id, booking.id), isNotNull(bookings.holdExpiresAt), eq(bookings.holdExtended, false)));
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
  await emit(tx, { type: "booking.held", payload: { ...event, holdExpiresAt: until.toISOString() } });
}
