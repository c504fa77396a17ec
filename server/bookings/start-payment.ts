import { and, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import { bookingChanges, guests, payments, properties } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { daysBetween } from "../platform/dates.ts";
import { once } from "../platform/idempotency.ts";
import { newId } from "../platform/ids.ts";
import { OutsideError } from "../platform/outside.ts";
import { bookingToken } from "../platform/tokens.ts";
import { gatewayOf } from "../payments/index.ts";
import { productsByIds } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { assertOffered, awaitsPayment } from "./payable.ts";
import { payAtProperty } from "./pay-at-property.ts";
import { payableChange } from "./pay-change.ts";
import type { StartInput, startOutput } from "./payment-schemas.ts";
import { applyView } from "./settle.ts";
import { staysOf } from "./stays.ts";

type Start = z.infer<typeof startOutput>;

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
  const started = await once(ctx, "payments.start", input, async (tx) => {
    // Sent together: the stays are read behind the booking's lock.
    const [booking, stays] = await Promise.all([authoriseBooking(ctx, tx, input, true), staysOf(tx, input.bookingId)]);
    const change = changeId ? await payableChange(ctx, tx, booking, changeId) : undefined;
    if (change === "applied" || (!change && awaitsPayment(ctx, booking, stays) === "confirmed")) return { status: "confirmed" as const };
    assertOffered(ctx, booking, await productsByIds(tx, booking.propertyId, [...new Set(stays.map((stay) => stay.productId))]), method);
    const [{ attempt } = { attempt: 0 }] = await tx
      .select({ attempt: sql<number>`coalesce(max(${payments.attempt}), 0)::int` })
      .from(payments)
      .where(eq(payments.bookingId, booking.id));
    const [open] = await tx
      .select({ id: payments.id })
      .from(payments)
      .where(
        and(
          eq(payments.bookingId, booking.id),
          eq(payments.provider, method),
          changeId ? eq(payments.changeId, changeId) : isNull(payments.changeId),
          inArray(payments.state, ["created", "requires_action", "pending", "denied"]),
          sql`(${payments.expiresAt} is null or ${payments.expiresAt} > app_now())`,
        ),
      );
    if (open) return { status: "page" as const, paymentId: open.id };
    const paymentId = newId();
    await tx.insert(payments).values({
      id: paymentId,
      propertyId: booking.propertyId,
      bookingId: booking.id,
      changeId: changeId ?? null,
      attempt: attempt + 1,
      provider: method,
      state: "created",
      amount: change?.due ?? booking.dueOnline,
      currency: booking.currency,
    });
    return { status: "page" as const, paymentId };
  });
  if (started.status === "confirmed") return started;
  if (await closeOthers(ctx, input.bookingId, started.paymentId)) return { status: "redirect", redirectUrl: returnUrl(ctx, input.bookingId, changeId) };
  return { status: "redirect", redirectUrl: await openPage(ctx, started.paymentId) };
}

/** Opens the payment's page, or gives the one that is open; the provider de-duplicates by our row's id. */
async function openPage(ctx: Context, paymentId: string): Promise<string> {
  const [row] = await ctx.db.select().from(payments).where(eq(payments.id, paymentId));
  if (!row) throw new Error("the payment vanished");
  if (row.pageUrl) return row.pageUrl;
  const booking = await authoriseBooking({ ...ctx, actor: { kind: "job", name: "open-page" } }, ctx.db, { bookingId: row.bookingId });
  const [[guest], [property], [change]] = await Promise.all([
    ctx.db.select().from(guests).where(eq(guests.id, booking.guestId)),
    ctx.db.select({ name: properties.name, extendHolds: properties.extendHolds }).from(properties).where(eq(properties.id, booking.propertyId)),
    row.changeId ? ctx.db.select().from(bookingChanges).where(eq(bookingChanges.id, row.changeId)) : [],
  ]);
  const { checkIn, checkOut } = change ?? booking;
  const nights = daysBetween(checkIn, checkOut);
  const token = bookingToken(ctx.config.AUTH_SECRET, booking.id);
  let page;
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
    throw refuse("UNAVAILABLE", { what: "payment", retryAfterMs: 3000 }, error);
  }
  await ctx.db
    .update(payments)
    .set({ pageRef: page.pageRef, pageUrl: page.pageUrl, expiresAt: page.expiresAt ?? null, updatedAt: sql`app_now()` })
    .where(and(eq(payments.id, row.id), eq(payments.state, "created"), isNull(payments.pageRef)));
  return page.pageUrl;
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
    .where(
      and(
        eq(payments.bookingId, bookingId),
        ne(payments.id, paymentId),
        inArray(payments.state, ["created", "requires_action", "pending", "denied"]),
        sql`${payments.pageRef} is not null`,
      ),
    );
  let paid = false;
  for (const other of others) {
    // A page that can't be closed now is not in the guest's way: money that comes twice is given back.
    const gateway = gatewayOf(ctx.config, other.provider);
    const ref = { ...other, paymentId: other.id };
    const result = await gateway.closePage(ref).catch(() => "open" as const);
    if (result !== "paid") continue;
    await applyView(ctx, other, await gateway.read(ref));
    paid = true;
  }
  return paid;
}

function returnUrl(ctx: Context, bookingId: string, changeId?: string | null): string {
  const change = changeId ? `&changeId=${changeId}` : "";
  return `${ctx.config.PUBLIC_URL}/pay/return?bookingId=${bookingId}&token=${bookingToken(ctx.config.AUTH_SECRET, bookingId)}${change}`;
}
