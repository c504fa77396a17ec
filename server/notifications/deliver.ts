import { and, eq, inArray, isNull, sql, type SQL } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { bookings } from "../../db/schema/bookings.ts";
import { deliveries } from "../../db/schema/notifications.ts";
import type { Context } from "../context.ts";
import { newId } from "../platform/ids.ts";
import { keyedHash } from "../platform/keyed-hash.ts";
import { isTransient, OutsideError } from "../platform/outside.ts";
import type { Mail } from "./compose.ts";
import { hasRoom } from "./room.ts";
import { sendEmail } from "./send-email.ts";
import { hasSms, sendSms } from "./send-sms.ts";
import { statesBelow, type DeliveryState } from "./states.ts";

export type Delivery = {
  bookingId: string;
  /** `booking_confirmed` …; with booking, channel and version it names the one message. */
  kind: string;
  /** The booking's version that the message tells of. */
  version: number;
  audience?: "property";
  /** The payment, refund or dispute that it tells of, where the version alone doesn't name the message. */
  about?: string | undefined;
  /** A mail that any caller can bring about again and again: past the bounds of `hasRoom` it is held back, to become one with those behind it. */
  mayWait?: boolean;
} & ({ channel: "email"; compose: () => Promise<Mail & { to: string }> } | { channel: "sms"; compose: () => Promise<{ to: string; text: string }> });

/**
 * `already` an earlier run sent it; `unknown` a text that may have gone out, and `lost` one of which that was found
 * before: neither is sent again; `off` no SMS account;
 * `held_back` its recipient or booking has had enough for now: the tick tries it again.
 */
export type Delivered = "sent" | "already" | "unknown" | "lost" | "off" | "held_back";

/** What of the context a delivery needs. */
export type Desk = Pick<Context, "config" | "db" | "log" | "metrics">;

type Row = typeof deliveries.$inferSelect;

/**
 * Sends one message of a booking, however often it is called: a mail exactly once (our row's id is the
 * vendor's key), a text at most once (there is no key). For jobs: an error that may pass is thrown to be tried again.
 * @throws OutsideError; UNAVAILABLE without a mail account.
 */
export async function deliver(ctx: Desk, delivery: Delivery): Promise<Delivered> {
  if (delivery.channel === "sms" && !hasSms(ctx.config)) return "off";
  const row = await findOrMake(ctx, delivery);
  return delivery.channel === "email" ? deliverMail(ctx, row, delivery) : deliverText(ctx, row, delivery.compose);
}

/** Ends an earlier try of a message that is no longer true: it is not said again, and waits for nothing. */
export async function overtake(ctx: Pick<Context, "db">, message: Message): Promise<void> {
  await ctx.db
    .update(deliveries)
    .set({ state: "failed", error: "overtaken", updatedAt: sql`app_now()` })
    .where(and(isMessage(message), inArray(deliveries.state, ["queued", "held_back", "sending"])));
}

/** What names one message. */
export type Message = Pick<Delivery, "bookingId" | "kind" | "version" | "channel" | "about">;

/** The row of a message, if it has one. */
export async function deliveryOf(db: Executor, message: Message): Promise<Row | undefined> {
  const [row] = await db.select().from(deliveries).where(isMessage(message));
  return row;
}

function isMessage({ bookingId, kind, channel, version, about }: Message): SQL | undefined {
  const own = and(eq(deliveries.bookingId, bookingId), eq(deliveries.kind, kind), eq(deliveries.channel, channel));
  return and(own, eq(deliveries.version, version), about ? eq(deliveries.about, about) : isNull(deliveries.about));
}

async function findOrMake(ctx: Desk, delivery: Delivery): Promise<Row> {
  const { bookingId, kind, channel, version, audience = "guest", about = null } = delivery;
  const propertyId = sql`(select ${bookings.propertyId} from ${bookings} where ${bookings.id} = ${bookingId})`;
  const [made] = await ctx.db.insert(deliveries).values({ id: newId(), propertyId, bookingId, kind, channel, version, audience, about }).onConflictDoNothing().returning();
  if (made) return made;
  const found = await deliveryOf(ctx.db, delivery);
  if (!found) throw new Error("a delivery vanished");
  return found;
}

async function deliverMail(ctx: Desk, row: Row, { compose, kind, mayWait = false }: Extract<Delivery, { channel: "email" }>): Promise<Delivered> {
  // Also one whose answer was lost: the key makes the second sending a repetition of the first.
  if (row.providerId || !(await claim(ctx, row, ["queued", "held_back", "sending", "failed"]))) return "already";
  try {
    const mail = await compose();
    if (!(await handOver(ctx, row, mail.to, mayWait))) return "held_back";
    const providerId = await sendEmail(ctx.config, { ...mail, deliveryId: row.id, tags: { delivery: row.id, kind } });
    await succeed(ctx, row, providerId);
    return "sent";
  } catch (error) {
    if (hasCode(error, "invalid_idempotent_request")) {
      // This key has sent other bytes before, by an older release: the guest has the mail.
      await succeed(ctx, row);
      return "already";
    }
    await fail(ctx, row, isTransient(error) || !(error instanceof OutsideError) ? "queued" : "failed", reasonOf(error));
    throw error;
  }
}

async function deliverText(ctx: Desk, row: Row, compose: () => Promise<{ to: string; text: string }>): Promise<Delivered> {
  if (row.state === "sending") {
    // Another run stopped between the call and its answer. Only a callback can tell what became of it.
    await fail(ctx, row, "failed", "unknown");
    return "unknown";
  }
  if (row.state === "failed" && !mayBeTried(row)) return "lost";
  const sms = await compose();
  if (!(await claim(ctx, row, ["queued", "held_back", "failed"]))) return "already";
  if (!(await handOver(ctx, row, sms.to, true))) return "held_back";
  try {
    await succeed(ctx, row, await sendSms(ctx.config, { ...sms, deliveryId: row.id }));
    return "sent";
  } catch (error) {
    // Turned away before it was accepted: safe to try again.
    const turnedAway = error instanceof OutsideError && error.kind === "busy";
    const isRefused = hasKind(error, "refused");
    await fail(ctx, row, turnedAway ? "queued" : "failed", `${isRefused ? REFUSED : ""}${reasonOf(error)}`);
    if (turnedAway || isRefused) throw error;
    ctx.log.warn("a text may not have gone out", { delivery_id: row.id, booking_id: row.bookingId }, error);
    return "unknown";
  }
}

/** Writes down who is about to get it; false where that is too much for now. What may not wait is counted all the same. */
async function handOver(ctx: Desk, row: Row, to: string, mayWait: boolean): Promise<boolean> {
  const recipient = keyedHash(ctx.config, "recipient", to);
  const { bookingId, channel, kind } = row;
  const goes = !mayWait || row.sentAt !== null || (await hasRoom(ctx, { bookingId, channel, recipient }));
  await ctx.db
    .update(deliveries)
    .set(
      goes
        ? { recipient, sentAt: sql`coalesce(${deliveries.sentAt}, app_now())` }
        : { recipient, state: "held_back", tries: sql`${deliveries.tries} - 1`, updatedAt: sql`app_now()` },
    )
    .where(and(eq(deliveries.id, row.id), eq(deliveries.state, "sending")));
  if (!goes && row.state !== "held_back") ctx.metrics.count("messages_held_back_total", { channel, kind });
  return goes;
}

/** Commits `sending` before the call; false when another run has it or had it. */
async function claim(ctx: Desk, row: Row, from: DeliveryState[]): Promise<boolean> {
  const claimed = await ctx.db
    .update(deliveries)
    .set({ state: "sending", tries: sql`${deliveries.tries} + 1`, error: null, updatedAt: sql`app_now()` })
    .where(and(eq(deliveries.id, row.id), inArray(deliveries.state, from)))
    .returning({ id: deliveries.id });
  return claimed.length > 0;
}

/** A notice of the vendor may have come before its answer: what that said of the state stays. */
async function succeed(ctx: Desk, row: Row, providerId?: string): Promise<void> {
  const before = inArray(deliveries.state, [...statesBelow("sent"), "failed"]);
  await ctx.db
    .update(deliveries)
    .set({
      state: sql`case when ${before} then 'sent' else ${deliveries.state} end`,
      error: sql`case when ${before} then null else ${deliveries.error} end`,
      ...(providerId && { providerId }),
      updatedAt: sql`app_now()`,
    })
    .where(eq(deliveries.id, row.id));
  ctx.metrics.count("deliveries_total", { state: "sent" });
}

async function fail(ctx: Desk, row: Row, state: "queued" | "failed", error: string): Promise<void> {
  await ctx.db
    .update(deliveries)
    .set({ state, error, updatedAt: sql`app_now()` })
    .where(and(eq(deliveries.id, row.id), inArray(deliveries.state, ["queued", "sending"])));
  if (state === "failed") ctx.metrics.count("deliveries_total", { state });
}

const REFUSED = "refused ";

/** Whether a message may be sent: a text that its vendor has refused did not go out, one that failed otherwise may have. */
export function mayBeTried({ channel, state, error }: Pick<Row, "channel" | "state" | "error">): boolean {
  if (channel === "email") return state === "queued" || state === "held_back" || state === "sending" || state === "failed";
  return state === "queued" || state === "held_back" || (state === "failed" && (error?.startsWith(REFUSED) ?? false));
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
