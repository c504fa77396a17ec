import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { deliveries } from "../db/schema/notifications.ts";
import { BOOKING_EVENTS, viewOf, type BookingPayload } from "../server/bookings/index.ts";
import type { Context } from "../server/context.ts";
import { backOf, composeMail, deliver, factsOf, hasNewer, heldBack, linksOf, overtake, smsText, type MailFacts, type MailKind } from "../server/notifications/index.ts";
import { defineJob, HOUR_MS, type Job } from "./define.ts";

type View = Awaited<ReturnType<typeof viewOf>>;

/**
 * The states in which a message is still true. One that was overtaken (a confirmation behind its cancellation,
 * a decline behind the payment that went well) isn't sent: the guest would believe the last that came.
 */
const TRUE_IN = {
  booking_modified: ["confirmed", "checked_in", "checked_out", "no_show"],
  booking_confirmed: ["confirmed", "checked_in", "checked_out", "no_show"],
  booking_cancelled: ["cancelled"],
  hold_expired: ["expired"],
  paid_too_late: ["expired"],
  change_late: ["confirmed", "checked_in", "checked_out", "no_show", "cancelled"],
  payment_failed: ["pending", "expired"],
} as const satisfies Record<MailKind, readonly View["state"][]>;

/**
 * Those that a caller can bring about as often as they like, without money: past the bounds of a recipient or a booking the
 * tick sends what is still true, the newest alone. How often the others come is bounded by what may be booked unpaid (decision 022).
 */
const MAY_WAIT = {
  booking_modified: true,
  booking_confirmed: false,
  booking_cancelled: false,
  hold_expired: true,
  paid_too_late: false,
  change_late: false,
  payment_failed: true,
} as const satisfies Record<MailKind, boolean>;

/** Of some events, which payment it was. */
type Payload = Pick<BookingPayload, "bookingId" | "version"> & { paymentId?: string };

interface Reading {
  view: View;
  facts: MailFacts;
  stale: boolean;
}

/** What a message says of a booking, and whom it goes to, read anew at each try. */
async function read(ctx: Context, { bookingId, version, paymentId }: Payload, kind: MailKind): Promise<Reading> {
  const view = await viewOf(ctx, ctx.db, bookingId);
  const facts = factsOf(view, linksOf(view, ctx.config.PUBLIC_URL));
  const back = (kind === "change_late" || kind === "paid_too_late") && paymentId ? backOf(view, paymentId) : {};
  // Of a booking that stands since before, it was a change's payment: the guest is told unless the booking is another by now.
  const ofChange = kind === "payment_failed" && view.state === "confirmed" && view.version === version;
  return { view, facts: { ...facts, ...back }, stale: !ofChange && !TRUE_IN[kind].some((state) => state === view.state) };
}

const compose = async (kind: MailKind, { view, facts }: Reading) => ({ to: view.guest.email, ...(await composeMail(kind, facts)) });

/** Sends the mail, unless it isn't true any more, or a newer one of its kind says all that it would. */
async function sendMail(ctx: Context, payload: Payload, kind: MailKind): Promise<void> {
  const { bookingId, version } = payload;
  const reading = await read(ctx, payload, kind);
  if (reading.stale || (MAY_WAIT[kind] && (await hasNewer(ctx, { bookingId, kind, version })))) return overtake(ctx, { bookingId, kind, version, channel: "email" });
  await deliver(ctx, { bookingId, kind, version, channel: "email", mayWait: MAY_WAIT[kind], compose: () => compose(kind, reading) });
}

/** Sends the mails that were held back and have room now: of each booking and kind the newest, as the booking is by now. */
export async function sendHeldBack(ctx: Context, most: number): Promise<Record<string, unknown>> {
  const held = await heldBack(ctx, most);
  for (const one of held)
    await sendMail(ctx, one, one.kind as MailKind).catch((error: unknown) => ctx.log.warn("a mail that was held back failed", { booking_id: one.bookingId }, error));
  return { tried: held.length };
}

function mailJob(name: string, event: keyof typeof BOOKING_EVENTS, kind: MailKind): Job {
  const input: z.ZodType<Payload> = BOOKING_EVENTS[event];
  return defineJob({
    name,
    on: [event],
    input,
    // An outage of the mail vendor for a day needs nobody; a confirmation later than that needs a call.
    deadlineMs: 24 * HOUR_MS,
    handler: (ctx, payload) => sendMail(ctx, payload, kind),
    async preview(ctx, payload) {
      const { bookingId, version } = payload;
      const reading = await read(ctx, payload, kind);
      const mail = await compose(kind, reading);
      return (await before(ctx, reading, { bookingId, kind, version, channel: "email" })) ?? [`send an e-mail to ${mail.to}: ${mail.subject}`, "", mail.text];
    },
  });
}

function smsJob(name: string, event: keyof typeof BOOKING_EVENTS, kind: "booking_confirmed" | "booking_cancelled"): Job {
  const input: z.ZodType<BookingPayload> = BOOKING_EVENTS[event];
  return defineJob({
    name,
    on: [event],
    input,
    deadlineMs: 4 * HOUR_MS,
    // The e-mail says the same.
    severity: "info",
    async handler(ctx, { bookingId, version }) {
      const { view, facts, stale } = await read(ctx, { bookingId, version }, kind);
      const { phone } = view.guest;
      if (stale) return overtake(ctx, { bookingId, kind, version, channel: "sms" });
      if (phone === "") return;
      await deliver(ctx, { bookingId, kind, version, channel: "sms", compose: async () => ({ to: phone, text: smsText(kind, facts) }) });
    },
    async preview(ctx, { bookingId, version }) {
      const reading = await read(ctx, { bookingId, version }, kind);
      const { phone } = reading.view.guest;
      if (phone === "") return ["nothing: the guest gave no telephone number"];
      return (await before(ctx, reading, { bookingId, kind, version, channel: "sms" })) ?? [`send a text to ${phone}`, "", smsText(kind, reading.facts)];
    },
  });
}

/** Why nothing would be sent, if nothing would. */
async function before(
  ctx: Context,
  { view, stale }: Reading,
  { bookingId, kind, version, channel }: { bookingId: string; kind: string; version: number; channel: "email" | "sms" },
): Promise<string[] | undefined> {
  if (stale) return [`nothing: the booking is ${view.state} by now, so the message is no longer true`];
  const [row] = await ctx.db
    .select({ state: deliveries.state })
    .from(deliveries)
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.kind, kind), eq(deliveries.channel, channel), eq(deliveries.version, version)));
  const again = channel === "email" ? ["queued", "held_back", "sending", "failed"] : ["queued"];
  return row && !again.includes(row.state) ? [`nothing: this message is ${row.state}, and isn't sent again`] : undefined;
}

export const messageJobs: readonly Job[] = [
  mailJob("send-confirmation", "booking.confirmed", "booking_confirmed"),
  smsJob("text-confirmation", "booking.confirmed", "booking_confirmed"),
  mailJob("send-cancellation", "booking.cancelled", "booking_cancelled"),
  smsJob("text-cancellation", "booking.cancelled", "booking_cancelled"),
  mailJob("send-change", "booking.modified", "booking_modified"),
  mailJob("send-change-late", "booking.change_late", "change_late"),
  mailJob("send-hold-expired", "booking.expired", "hold_expired"),
  mailJob("send-paid-too-late", "booking.paid_too_late", "paid_too_late"),
  mailJob("send-payment-failed", "booking.payment_failed", "payment_failed"),
];
