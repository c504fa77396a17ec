import { and, eq, isNull, or, sql } from "drizzle-orm";
import { z } from "zod";
import { payments } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { gatewayOf, type WebhookHint } from "../payments/index.ts";
import { OutsideError } from "../platform/outside.ts";
import { applyView, type Applied } from "./apply-view.ts";
import { contradicted } from "./contradicted.ts";

type Payment = typeof payments.$inferSelect;

/** A reading that another one overtook is made again at once, so often; then the sweep's turn comes. */
const READINGS = 3;
/** A page that ended this long ago without money is given up; Midtrans never says so by itself. */
const GIVEN_UP_MS = 3_600_000;

/**
 * Reads the payment at its provider and does what that says. Called by the webhook and by the sweep;
 * the browser's return proves nothing. Safe to run twice, at once, and out of order.
 */
export async function settle(ctx: Context, paymentId: string): Promise<void> {
  for (let tries = 0; tries < READINGS && (await settleOnce(ctx, paymentId)) === "overtaken"; tries += 1);
}

async function settleOnce(ctx: Context, paymentId: string): Promise<Applied> {
  const [payment] = await ctx.db.select().from(payments).where(eq(payments.id, paymentId));
  if (!payment?.pageRef) return "written";
  try {
    const view = await gatewayOf(ctx.config, payment.provider).read({ ...payment, paymentId: payment.id });
    const over = payment.expiresAt !== null && payment.expiresAt.getTime() + GIVEN_UP_MS < ctx.clock.now().getTime();
    const givenUp = over && (view.state === "created" || view.state === "denied");
    return await applyView(ctx, payment, givenUp ? { ...view, state: "expired" } : view);
  } catch (error) {
    // Asked in vain: others come first now, or what fails for long would stay at the sweep's head. Not a new `version`: nothing newer is known.
    await ctx.db
      .update(payments)
      .set({ checkedAt: sql`app_now()` })
      .where(eq(payments.id, paymentId));
    // Money that was taken can't become unknown to its provider.
    const isUnknown = error instanceof OutsideError && error.status === 404 && payment.captured > 0;
    if (isUnknown) await contradicted(ctx.db, payment, "it knows of none");
    throw error;
  }
}

/** The payment that a webhook speaks of, if it is ours; one whose page we didn't know learns it from there. */
export async function paymentOfHint(ctx: Context, provider: Payment["provider"], hint: WebhookHint): Promise<string | undefined> {
  // Stripe's intent is not in our rows before its first reading; our own id, in its metadata, is.
  const own = z.uuid().safeParse(hint.paymentId).data;
  const refs = [
    own ? eq(payments.id, own) : undefined,
    hint.pageRef ? eq(payments.pageRef, hint.pageRef) : undefined,
    hint.paymentRef ? eq(payments.paymentRef, hint.paymentRef) : undefined,
  ].filter((one) => one !== undefined);
  if (refs.length === 0) return undefined;
  const [found] = await ctx.db
    .select({ id: payments.id, pageRef: payments.pageRef })
    .from(payments)
    .where(and(eq(payments.provider, provider), or(...refs)));
  // Opened, and then not kept: money may have come on it all the same, and without its page nobody would read it.
  if (found && !found.pageRef && hint.pageRef) {
    await ctx.db
      .update(payments)
      .set({ pageRef: hint.pageRef, updatedAt: sql`app_now()` })
      .where(and(eq(payments.id, found.id), isNull(payments.pageRef)));
  }
  return found?.id;
}
