import { and, eq, inArray, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import { bookingChanges, bookings, guests, payments, properties } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { isDomainError, refuse, type DomainError } from "../errors.ts";
import { daysBetween } from "../platform/dates.ts";
import { answerAnew, once } from "../platform/idempotency.ts";
import { newId } from "../platform/ids.ts";
import { OutsideError } from "../platform/outside.ts";
import { bookingToken } from "../platform/tokens.ts";
import { transact } from "../platform/transact.ts";
import { gatewayOf, type Page, type Provider } from "../payments/index.ts";
import { productsByIds } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { closePage } from "./close-hold.ts";
import { mayBeTriedAgain, UNPAID } from "./open-pages.ts";
import { assertOffered, awaitsPayment } from "./payable.ts";
import { payAtProperty } from "./pay-at-property.ts";
import { payableChange } from "./pay-change.ts";
import type { StartInput, startOutput } from "./payment-schemas.ts";
import { applyView } from "./settle.ts";
import { bookingState } from "./states.ts";
import { staysOf } from "./stays.ts";

type Start = z.infer<typeof startOutput>;
type Payment = typeof payments.$inferSelect;
type Started = { status: "confirmed" } | { status: "page"; paymentId: string };

/** Its page can be given, or opened; one whose address is lost can't. */
const openable = and(
  inArray(payments.state, UNPAID),
  sql`(${payments.expiresAt} is null or ${payments.expiresAt} > app_now())`,
  sql`(${payments.pageUrl} is not null or (${payments.state} = 'created' and ${payments.pageRef} is null))`,
);

/**
 * Confirms a booking that is paid at the property, or opens the provider's page; for a change, for its difference.
 * A page that is open already is given again; another provider's is closed first.
 * @throws NOT_FOUND, HOLD_EXPIRED, PRECONDITION for a method that isn't offered, UNAVAILABLE provider
 */
export async function startPayment(ctx: Context, input: StartInput): Promise<Start> {
  const { method, changeId } = input;
  if (method === "property") {
    if (changeId) throw refuse("PRECONDITION", { reason: "payment method not offered" });
    return payAtProperty(ctx, input);
  }
  const started = await once(ctx, "payments.start", input, (tx) => attemptOf(ctx, tx, input, method));
  if (started.status === "confirmed") return started;
  const paymentId = (await isGoingOn(ctx, started.paymentId)) ? started.paymentId : await anotherAttempt(ctx, input, method);
  const nothingDue = !paymentId || (await closeOthers(ctx, input.bookingId, paymentId));
  return { status: "redirect", redirectUrl: nothingDue ? returnUrl(ctx, input.bookingId, changeId) : await openPage(ctx, paymentId) };
}

/**
 * For a key whose attempt is over: its repetitions are answered with the new one, so that it never has two open pages.
 * @returns undefined where nothing is to be paid any more: no refusal, for the guest may have been told of a page
 */
async function anotherAttempt(ctx: Context, input: StartInput, provider: Provider): Promise<string | undefined> {
  try {
    return await transact(ctx.db, async (tx) => {
      const started = await attemptOf(ctx, tx, input, provider);
      if (started.status === "confirmed") return undefined;
      await answerAnew(ctx, tx, "payments.start", input, started);
      return started.paymentId;
    });
  } catch (error) {
    if (isDomainError(error)) return undefined;
    throw error;
  }
}

/** The attempt that is open with this provider, or a new one. */
async function attemptOf(ctx: Context, tx: Transaction, input: StartInput, provider: Provider): Promise<Started> {
  const { changeId } = input;
  // Sent together: the stays are read behind the booking's lock.
  const [booking, stays] = await Promise.all([authoriseBooking(ctx, tx, input, true), staysOf(tx, input.bookingId)]);
  const change = changeId ? await payableChange(ctx, tx, booking, changeId) : undefined;
  if (change === "applied" || (!change && awaitsPayment(ctx, booking, stays) === "confirmed")) return { status: "confirmed" };
  assertOffered(ctx, booking, await productsByIds(tx, booking.propertyId, [...new Set(stays.map((stay) => stay.productId))]), provider);
  const [{ attempt } = { attempt: 0 }] = await tx
    .select({ attempt: sql<number>`coalesce(max(${payments.attempt}), 0)::int` })
    .from(payments)
    .where(eq(payments.bookingId, booking.id));
  const [open] = await tx
    .select({ id: payments.id })
    .from(payments)
    .where(and(eq(payments.bookingId, booking.id), eq(payments.provider, provider), changeId ? eq(payments.changeId, changeId) : isNull(payments.changeId), openable));
  if (open) return { status: "page", paymentId: open.id };
  const paymentId = newId();
  await tx.insert(payments).values({
    id: paymentId,
    propertyId: booking.propertyId,
    bookingId: booking.id,
    changeId: changeId ?? null,
    attempt: attempt + 1,
    provider,
    state: "created",
    amount: change?.due ?? booking.dueOnline,
    currency: booking.currency,
  });
  return { status: "page", paymentId };
}

/** Whether the guest may still come through with this attempt: its page is open, or its money is examined. */
async function isGoingOn(ctx: Context, paymentId: string): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: payments.id })
    .from(payments)
    .where(and(eq(payments.id, paymentId), or(openable, and(isNotNull(payments.pageUrl), or(eq(payments.state, "challenged"), mayBeTriedAgain())))));
  return rows.length > 0;
}

/**
 * Opens the payment's page, or gives the one that is open; the provider de-duplicates by our row's id.
 * @throws UNAVAILABLE, also when the attempt came to its end meanwhile: the next try is a new one
 */
async function openPage(ctx: Context, paymentId: string): Promise<string> {
  const [row] = await ctx.db.select().from(payments).where(eq(payments.id, paymentId));
  if (!row) throw new Error("the payment vanished");
  if (row.pageUrl) return row.pageUrl;
  // What is paid on the page of such a row would never be asked for.
  if (row.state !== "created") throw tryAgain();
  const booking = await authoriseBooking({ ...ctx, actor: { kind: "job", name: "open-page" } }, ctx.db, { bookingId: row.bookingId });
  const [[guest], [property], [change]] = await Promise.all([
    ctx.db.select().from(guests).where(eq(guests.id, booking.guestId)),
    ctx.db.select({ name: properties.name, extendHolds: properties.extendHolds }).from(properties).where(eq(properties.id, booking.propertyId)),
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
      expiresAt: change?.expiresAt ?? pageEnd(booking.holdExpiresAt ?? ctx.clock.now(), property!.extendHolds && !booking.holdExtended),
      successUrl: returnUrl(ctx, booking.id, row.changeId),
      cancelUrl: `${ctx.config.PUBLIC_URL}/${change ? "trips" : "checkout"}/${booking.id}?token=${token}`,
    });
  } catch (error) {
    // Its page was made, and its address lost for good: the next try is a new attempt.
    if (error instanceof OutsideError && error.code === "order_taken") {
      const lost = and(eq(payments.id, row.id), eq(payments.state, "created"), isNull(payments.pageRef));
      await ctx.db.update(payments).set({ state: "failed" }).where(lost);
    }
    ctx.log.warn("the payment page could not be opened", { booking_id: booking.id, provider: row.provider }, error);
    throw tryAgain(error);
  }
  if (await keepPage(ctx, row, page)) return page.pageUrl;
  // Nobody has its address; closed all the same, lest somebody finds it.
  await closePage(ctx, { ...row, pageRef: page.pageRef }).catch((error: unknown) => {
    ctx.log.warn("a page that nobody was given could not be closed", { booking_id: booking.id, provider: row.provider }, error);
  });
  throw tryAgain();
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

function tryAgain(cause?: unknown): DomainError {
  return refuse("UNAVAILABLE", { what: "payment", retryAfterMs: 3000 }, cause);
}

/** Where a slow method may extend the hold, its number must outlive the hold: a day, as virtual accounts do. */
function pageEnd(holdEnd: Date, extendable: boolean): Date {
  return extendable ? new Date(holdEnd.getTime() + 24 * 3_600_000) : holdEnd;
}

/** Closes pages of other attempts, so that nobody pays twice. @returns whether one of them was paid already */
async function closeOthers(ctx: Context, bookingId: string, paymentId: string): Promise<boolean> {
  const others = await ctx.db
    .select()
    .from(payments)
    .where(and(eq(payments.bookingId, bookingId), ne(payments.id, paymentId), inArray(payments.state, UNPAID), isNotNull(payments.pageRef)));
  let paid = false;
  for (const other of others) {
    // A page that can't be closed now is not in the guest's way: money that comes twice is given back.
    const gateway = gatewayOf(ctx.config, other.provider);
    const ref = { ...other, paymentId: other.id };
    const result = await gateway.closePage(ref).catch(() => "open" as const);
    if (result === "open") continue;
    // Its row must say so too, or the closed page would be given again.
    await applyView(ctx, other, await gateway.read(ref));
    if (result === "paid") paid = true;
  }
  return paid;
}

function returnUrl(ctx: Context, bookingId: string, changeId?: string | null): string {
  const change = changeId ? `&changeId=${changeId}` : "";
  return `${ctx.config.PUBLIC_URL}/pay/return?bookingId=${bookingId}&token=${bookingToken(ctx.config.AUTH_SECRET, bookingId)}${change}`;
}
