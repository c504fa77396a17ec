import { and, eq, isNull, sql } from "drizzle-orm";
import { bookingChanges, bookings, guests, payments, properties } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse, type DomainError } from "../errors.ts";
import { daysBetween } from "../platform/dates.ts";
import { closeIncident, raiseIncident } from "../platform/incidents.ts";
import { OutsideError } from "../platform/outside.ts";
import { bookingToken } from "../platform/tokens.ts";
import { transact } from "../platform/transact.ts";
import { gatewayOf, type Page } from "../payments/index.ts";
import { methodsTaking, productsByIds } from "../rooms/index.ts";
import { authoriseBooking, type AuthorisedBooking } from "./access.ts";
import { withinSale } from "./begun.ts";
import { closePage } from "./close-hold.ts";
import { REFUSED, TOO_SMALL } from "./payable.ts";
import { bookingState } from "./states.ts";
import { staysOf } from "./stays.ts";

const DAY_MS = 24 * 3_600_000;

type Payment = typeof payments.$inferSelect;

/**
 * Opens the payment's page, or gives the one that is open; the provider de-duplicates by our row's id.
 * @throws UNAVAILABLE, also when the attempt came to its end meanwhile: the next try is a new one; PRECONDITION when the
 *   provider refuses it for good, with the methods that remain, or the booking has ended
 */
export async function openPage(ctx: Context, paymentId: string): Promise<string> {
  const [row] = await ctx.db.select().from(payments).where(eq(payments.id, paymentId));
  if (!row) throw new Error("the payment vanished");
  if (row.pageUrl) return row.pageUrl;
  // What is paid on the page of such a row would never be asked for.
  if (row.state !== "created") throw await refusalOf(ctx, row);
  const booking = await authoriseBooking({ ...ctx, actor: { kind: "job", name: "open-page" } }, ctx.db, { bookingId: row.bookingId });
  const [[guest], [property], [change]] = await Promise.all([
    ctx.db.select().from(guests).where(eq(guests.id, booking.guestId)),
    ctx.db.select().from(properties).where(eq(properties.id, booking.propertyId)),
    row.changeId ? ctx.db.select().from(bookingChanges).where(eq(bookingChanges.id, row.changeId)) : [],
  ]);
  const { checkIn, checkOut } = change ?? booking;
  const nights = daysBetween(checkIn, checkOut);
  const token = bookingToken(ctx.config.AUTH_SECRET, booking.id);
  let page: Page;
  try {
    page = await gatewayOf(ctx.config, row.provider).openPage({
      paymentId: row.id,
      bookingId: booking.id,
      bookingCode: booking.code,
      attempt: row.attempt,
      amount: row.amount,
      currency: row.currency,
      description: `${property!.name}, ${nights} ${nights === 1 ? "night" : "nights"} from ${checkIn}`,
      guest: guest!,
      locale: booking.locale,
      // A draft's nights are held beside those that the guest has: no slow method extends that.
      expiresAt: change?.expiresAt ?? pageEnd(booking, property!, ctx.clock.now()),
      successUrl: returnUrl(ctx, booking.id, row.changeId),
      cancelUrl: `${ctx.config.PUBLIC_URL}/${change ? "trips" : "checkout"}/${booking.id}?token=${token}`,
    });
  } catch (error) {
    if (isRefusedForGood(error)) throw await refusedForGood(ctx, row, error);
    // Its page was made, and its address lost for good: the next try is a new attempt.
    if (error instanceof OutsideError && error.code === "order_taken") {
      const lost = and(eq(payments.id, row.id), eq(payments.state, "created"), isNull(payments.pageRef));
      await ctx.db.update(payments).set({ state: "failed" }).where(lost);
    }
    ctx.log.warn("the payment page could not be opened", { booking_id: booking.id, provider: row.provider }, error);
    throw tryAgain(error);
  }
  await closeIncident(ctx.db, refusedPageOf(row));
  if (await keepPage(ctx, row, page)) return page.pageUrl;
  // Nobody has its address; closed all the same, lest somebody finds it.
  await closePage(ctx, { ...row, pageRef: page.pageRef }).catch((error: unknown) => {
    ctx.log.warn("a page that nobody was given could not be closed", { booking_id: booking.id, provider: row.provider }, error);
  });
  throw await refusalOf(ctx, row);
}

/** Why the attempt came to its end meanwhile. One that was paid another way is asked for again, and hears so. */
async function refusalOf({ db }: Context, row: Payment): Promise<DomainError> {
  const [change] = row.changeId ? await db.select({ state: bookingChanges.state }).from(bookingChanges).where(eq(bookingChanges.id, row.changeId)) : [];
  const state = change?.state ?? bookingState(await staysOf(db, row.bookingId));
  const goesOn = ["pending", "confirmed", "applied"].includes(state);
  return goesOn ? tryAgain() : refuse("PRECONDITION", { reason: "can't be paid", state });
}

/**
 * Writes the page into its row, behind the booking's lock: whoever confirms or ends the booking finds it there to
 * close, or has done so before, which is seen here.
 * @returns whether the guest may be sent to it
 */
function keepPage(ctx: Context, row: Payment, page: Page): Promise<boolean> {
  return transact(ctx.db, async (tx) => {
    await tx.select({ id: bookings.id }).from(bookings).where(eq(bookings.id, row.bookingId)).for("no key update");
    const [change] = row.changeId ? await tx.select({ state: bookingChanges.state }).from(bookingChanges).where(eq(bookingChanges.id, row.changeId)) : [];
    const isDue = (change?.state ?? bookingState(await staysOf(tx, row.bookingId))) === "pending";
    const [kept] = await tx
      .update(payments)
      .set({ pageRef: page.pageRef, pageUrl: isDue ? page.pageUrl : null, expiresAt: page.expiresAt ?? null, updatedAt: sql`app_now()` })
      .where(and(eq(payments.id, row.id), eq(payments.state, "created"), isNull(payments.pageUrl)))
      .returning({ id: payments.id });
    if (kept) return isDue;
    // A twin may have kept the same page.
    const [now] = await tx.select({ pageUrl: payments.pageUrl }).from(payments).where(eq(payments.id, row.id));
    return isDue && now?.pageUrl === page.pageUrl;
  });
}

/** The provider has understood, and says no: asking again changes nothing. */
function isRefusedForGood(error: unknown): error is OutsideError {
  return error instanceof OutsideError && error.kind === "refused" && error.code !== "order_taken";
}

/** Ends the attempt, tells a person, and names the guest the ways that remain. */
async function refusedForGood(ctx: Context, row: Payment, error: OutsideError): Promise<DomainError> {
  const { id, propertyId, bookingId, provider, amount, currency } = row;
  ctx.log.error("the provider refuses a payment page for good", { booking_id: bookingId, provider }, error);
  await ctx.db
    .update(payments)
    .set({ state: "failed", updatedAt: sql`app_now()` })
    .where(and(eq(payments.id, id), eq(payments.state, "created"), isNull(payments.pageRef)));
  await raiseIncident(ctx.db, {
    cause: refusedPageOf(row),
    severity: "critical",
    title: "A payment provider refuses this property's payment pages",
    propertyId,
    bookingId,
    data: { provider, code: error.code ?? error.status, amount, currency },
  });
  const stays = await staysOf(ctx.db, bookingId);
  const products = await productsByIds(ctx.db, propertyId, [...new Set(stays.map((stay) => stay.productId))]);
  const methods = methodsTaking(ctx.config, products, amount).filter((method) => method !== provider);
  return refuse("PRECONDITION", { reason: error.code === "amount_too_small" ? TOO_SMALL : REFUSED, methods }, error);
}

/** One a property and provider, whose next page closes it. */
function refusedPageOf({ propertyId, provider }: Payment) {
  return `page-refused:${propertyId}:${provider}` as const;
}

function tryAgain(cause?: unknown): DomainError {
  return refuse("UNAVAILABLE", { what: "payment", retryAfterMs: 3000 }, cause);
}

/**
 * Where a slow method may extend the hold, its number must outlive the hold: a day, as virtual accounts do, and never
 * past the moment until which the stay can be sold.
 */
function pageEnd(booking: AuthorisedBooking, property: { extendHolds: boolean }, now: Date): Date {
  const holdEnd = booking.holdExpiresAt ?? now;
  if (!property.extendHolds || booking.holdExtended) return holdEnd;
  return withinSale(booking.property, new Date(holdEnd.getTime() + DAY_MS), booking.checkIn);
}

/** Where the guest comes back to from the provider's page. */
export function returnUrl(ctx: Context, bookingId: string, changeId?: string | null): string {
  const change = changeId ? `&changeId=${changeId}` : "";
  return `${ctx.config.PUBLIC_URL}/pay/return?bookingId=${bookingId}&token=${bookingToken(ctx.config.AUTH_SECRET, bookingId)}${change}`;
}
