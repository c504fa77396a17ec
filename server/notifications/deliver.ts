import { and, eq, inArray, sql } from "drizzle-orm";
import { bookings } from "../../db/schema/bookings.ts";
import { deliveries } from "../../db/schema/notifications.ts";
import type { Context } from "../context.ts";
import { newId } from "../platform/ids.ts";
import { isTransient, OutsideError } from "../platform/outside.ts";
import type { Mail } from "./compose.ts";
import { sendEmail } from "./send-email.ts";
import { hasSms, sendSms } from "./send-sms.ts";
import { statesBelow, type DeliveryState } from "./states.ts";

export type Delivery = {
  bookingId: string;
  /** `booking_confirmed` …; with booking, channel and version it names the one message. */
  kind: string;
  /** The booking's version that the message tells of. */
  version: number;
} & ({ channel: "email"; compose: () => Promise<Mail & { to: string }> } | { channel: "sms"; compose: () => Promise<{ to: string; text: string }> });

/** `already` an earlier run sent it; `unknown` a text that may have gone out, and is never sent again; `off` no SMS account. */
export type Delivered = "sent" | "already" | "unknown" | "off";

type Row = typeof deliveries.$inferSelect;

/**
 * Sends one message of a booking, however often it is called: a mail exactly once (our row's id is the
 * vendor's key), a text at most once (there is no key). For jobs: an error that may pass is thrown to be tried again.
 * @throws OutsideError; UNAVAILABLE without a mail account.
 */
export async function deliver(ctx: Context, delivery: Delivery): Promise<Delivered> {
  if (delivery.channel === "sms" && !hasSms(ctx.config)) return "off";
  const row = await findOrMake(ctx, delivery);
  return delivery.channel === "email" ? deliverMail(ctx, row, delivery.compose, delivery.kind) : deliverText(ctx, row, delivery.compose);
}

async function findOrMake(ctx: Context, { bookingId, kind, channel, version }: Delivery): Promise<Row> {
  const propertyId = sql`(select ${bookings.propertyId} from ${bookings} where ${bookings.id} = ${bookingId})`;
  const [made] = await ctx.db.insert(deliveries).values({ id: newId(), propertyId, bookingId, kind, channel, version }).onConflictDoNothing().returning();
  if (made) return made;
  const [found] = await ctx.db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.kind, kind), eq(deliveries.channel, channel), eq(deliveries.version, version)));
  if (!found) throw new Error("a delivery vanished");
  return found;
}

async function deliverMail(ctx: Context, row: Row, compose: () => Promise<Mail & { to: string }>, kind: string): Promise<Delivered> {
  // Also one whose answer was lost: the key makes the second sending a repetition of the first.
  if (row.providerId || !(await claim(ctx, row, ["queued", "sending", "failed"]))) return "already";
  try {
    const providerId = await sendEmail(ctx.config, { ...(await compose()), deliveryId: row.id, tags: { delivery: row.id, kind } });
    await finish(ctx, row, "sent", { providerId });
    return "sent";
  } catch (error) {
    if (hasCode(error, "invalid_idempotent_request")) {
      // This key has sent other bytes before, by an older release: the guest has the mail.
      await finish(ctx, row, "sent", {});
      return "already";
    }
    await finish(ctx, row, isTransient(error) || !(error instanceof OutsideError) ? "queued" : "failed", { error: reasonOf(error) });
    throw error;
  }
}

async function deliverText(ctx: Context, row: Row, compose: () => Promise<{ to: string; text: string }>): Promise<Delivered> {
  if (row.state === "sending") {
    // Another run stopped between the call and its answer. Only a callback can tell what became of it.
    await finish(ctx, row, "failed", { error: "unknown" });
    return "unknown";
  }
  const sms = await compose();
  if (!(await claim(ctx, row, ["queued"]))) return "already";
  try {
    await finish(ctx, row, "sent", { providerId: await sendSms(ctx.config, { ...sms, deliveryId: row.id }) });
    return "sent";
  } catch (error) {
    // Turned away before it was accepted: safe to try again.
    const turnedAway = error instanceof OutsideError && error.kind === "busy";
    await finish(ctx, row, turnedAway ? "queued" : "failed", { error: reasonOf(error) });
    if (turnedAway || hasKind(error, "refused")) throw error;
    ctx.log.warn("a text may not have gone out", { delivery_id: row.id, booking_id: row.bookingId }, error);
    return "unknown";
  }
}

/** Commits `sending` before the call; false when another run has it or had it. */
async function claim(ctx: Context, row: Row, from: DeliveryState[]): Promise<boolean> {
  const claimed = await ctx.db
    .update(deliveries)
    .set({ state: "sending", tries: sql`${deliveries.tries} + 1`, error: null, updatedAt: sql`app_now()` })
    .where(and(eq(deliveries.id, row.id), inArray(deliveries.state, from)))
    .returning({ id: deliveries.id });
  return claimed.length > 0;
}

async function finish(ctx: Context, row: Row, state: DeliveryState, facts: { providerId?: string; error?: string }): Promise<void> {
  // A notice of the vendor may have come before: what it said of the state stays.
  const may: DeliveryState[] = state === "sent" ? [...statesBelow("sent"), "failed"] : ["queued", "sending"];
  await ctx.db
    .update(deliveries)
    .set({ state: sql`case when ${inArray(deliveries.state, may)} then ${state} else ${deliveries.state} end`, ...facts, updatedAt: sql`app_now()` })
    .where(eq(deliveries.id, row.id));
  if (state !== "queued") ctx.metrics.count("deliveries_total", { state });
}

function reasonOf(error: unknown): string {
  return error instanceof OutsideError ? (error.code ?? error.kind) : "internal";
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof OutsideError && error.code === code;
}

function hasKind(error: unknown, kind: string): boolean {
  return error instanceof OutsideError && error.kind === kind;
}
