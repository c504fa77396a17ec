import { and, eq, inArray, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import { payments } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { isDomainError, refuse } from "../errors.ts";
import { answerAnew, once } from "../platform/idempotency.ts";
import { newId } from "../platform/ids.ts";
import { pipelined } from "../platform/pipelined.ts";
import { transact } from "../platform/transact.ts";
import type { Provider } from "../payments/index.ts";
import { productsByIds } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { closePage } from "./close-hold.ts";
import { openPage, returnUrl } from "./open-page.ts";
import { mayBeTriedAgain, UNPAID } from "./unpaid-pages.ts";
import { assertOffered, awaitsPayment } from "./payable.ts";
import { payAtProperty } from "./pay-at-property.ts";
import { payableChange } from "./pay-change.ts";
import type { StartInput, startOutput } from "./payment-schemas.ts";
import { staysOf } from "./stays.ts";

type Start = z.infer<typeof startOutput>;
type Started = { status: "confirmed" } | { status: "page"; paymentId: string };

/** Nobody pays on a page that is closed sooner than that: the hold counts as over for a new one. */
const SHORTEST_PAGE_MS = 10_000;

/** Its page can be given, or opened; one whose address is lost can't. */
const openable = and(
  inArray(payments.state, UNPAID),
  sql`(${payments.expiresAt} is null or ${payments.expiresAt} > app_now())`,
  sql`(${payments.pageUrl} is not null or (${payments.state} = 'created' and ${payments.pageRef} is null))`,
);

/**
 * Confirms a booking that is paid at the property, or opens the provider's page; for a change, for its difference.
 * A page that is open already is given again; another provider's is closed first.
 * @throws NOT_FOUND, HOLD_EXPIRED (in its last seconds too, where no page is open yet), PRECONDITION for a method that isn't offered or can't take the amount, UNAVAILABLE provider
 */
export async function startPayment(ctx: Context, input: StartInput): Promise<Start> {
  const { method, changeId } = input;
  if (method === "property") {
    if (changeId) throw refuse("PRECONDITION", { reason: "payment method not offered" });
    return payAtProperty(ctx, input);
  }
  const started = await once(ctx, "payments.start", input, async (tx) => ({ answer: await attemptOf(ctx, tx, input, method) }));
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
  const [booking, stays] = await pipelined([authoriseBooking(ctx, tx, input, true), staysOf(tx, input.bookingId)]);
  const change = changeId ? await payableChange(ctx, tx, booking, changeId) : undefined;
  if (change === "applied" || (!change && awaitsPayment(ctx, booking, stays) === "confirmed")) return { status: "confirmed" };
  const amount = change?.due ?? booking.dueOnline;
  const products = await productsByIds(tx, booking.propertyId, [...new Set(stays.map((stay) => stay.productId))]);
  assertOffered(ctx, { amount, currency: booking.currency }, products, provider);
  const [{ attempt } = { attempt: 0 }] = await tx
    .select({ attempt: sql<number>`coalesce(max(${payments.attempt}), 0)::int` })
    .from(payments)
    .where(eq(payments.bookingId, booking.id));
  const [open] = await tx
    .select({ id: payments.id })
    .from(payments)
    .where(and(eq(payments.bookingId, booking.id), eq(payments.provider, provider), changeId ? eq(payments.changeId, changeId) : isNull(payments.changeId), openable));
  if (open) return { status: "page", paymentId: open.id };
  if (!change && booking.holdExpiresAt && booking.holdExpiresAt.getTime() - ctx.clock.now().getTime() < SHORTEST_PAGE_MS) throw refuse("HOLD_EXPIRED", { bookingId: booking.id });
  const paymentId = newId();
  await tx.insert(payments).values({
    id: paymentId,
    propertyId: booking.propertyId,
    bookingId: booking.id,
    changeId: changeId ?? null,
    attempt: attempt + 1,
    provider,
    state: "created",
    amount,
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

/** Closes pages of other attempts, so that nobody pays twice. @returns whether one of them was paid already */
async function closeOthers(ctx: Context, bookingId: string, paymentId: string): Promise<boolean> {
  const others = await ctx.db
    .select()
    .from(payments)
    .where(and(eq(payments.bookingId, bookingId), ne(payments.id, paymentId), inArray(payments.state, UNPAID), isNotNull(payments.pageRef)));
  let paid = false;
  for (const other of others) {
    // A page that can't be closed now is not in the guest's way: money that comes twice is given back.
    const closed = await closePage(ctx, other).catch((error: unknown) => {
      ctx.log.warn("another page of the booking could not be closed", { booking_id: bookingId, provider: other.provider }, error);
      return "open" as const;
    });
    if (closed === "paid") paid = true;
  }
  return paid;
}
