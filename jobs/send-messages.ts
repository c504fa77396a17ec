import type { z } from "zod";
import { BOOKING_EVENTS, settledBy, viewOf, type BookingPayload, type HistoryType } from "../server/bookings/index.ts";
import type { Context } from "../server/context.ts";
import { refuse } from "../server/errors.ts";
import {
  composeMail,
  deliver,
  dropLateTexts,
  factsOf,
  hasNewer,
  heldBack,
  holdAgain,
  linksOf,
  overtake,
  smsText,
  type Delivered,
  type MailFacts,
  type MailKind,
  type Message,
} from "../server/notifications/index.ts";
import { whyNot } from "./messages.ts";
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

/** Which events of a booking's history a message tells of. */
const TELLS_OF = {
  booking_confirmed: [],
  booking_modified: ["modified", "room_cancelled"],
  booking_cancelled: ["cancelled"],
  hold_expired: ["expired"],
  paid_too_late: ["paid_too_late"],
  change_late: ["change_late"],
  payment_failed: [],
} as const satisfies Record<MailKind, readonly HistoryType[]>;

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

type TextKind = "booking_confirmed" | "booking_cancelled";

/** A text that comes later than this helps nobody: the e-mail has said the same. */
const TEXT_USEFUL_MS = 4 * HOUR_MS;

type Payload = Pick<BookingPayload, "bookingId" | "version">;

interface Reading {
  view: View;
  facts: MailFacts;
  stale: boolean;
}

/** What a message says of a booking, and whom it goes to, read anew at each try; of the money, as its event has it. */
async function read(ctx: Context, { bookingId, version }: Payload, kind: MailKind): Promise<Reading> {
  const view = await viewOf(ctx, ctx.db, bookingId);
  const settlement = TELLS_OF[kind].length > 0 ? await settledBy(ctx.db, bookingId, version, TELLS_OF[kind]) : undefined;
  const facts = factsOf(view, linksOf(view, ctx.config.PUBLIC_URL), settlement);
  // Of a booking that stands since before, it was a change's payment: the guest is told unless the booking is another by now.
  const ofChange = kind === "payment_failed" && view.state === "confirmed" && view.version === version;
  // Money that came after a hold's end has a message of its own, which says more.
  const overtaken = kind === "hold_expired" && view.version !== version;
  return { view, facts, stale: overtaken || (!ofChange && !TRUE_IN[kind].some((state) => state === view.state)) };
}

const compose = async (kind: MailKind, { view, facts }: Reading) => ({ to: view.guest.email, ...(await composeMail(kind, facts)) });

/** Sends the mail, unless it isn't true any more, or a newer one of its kind says all that it would. */
async function sendMail(ctx: Context, payload: Payload, kind: MailKind): Promise<void> {
  const { bookingId, version } = payload;
  const reading = await read(ctx, payload, kind);
  const message = { bookingId, kind, version, channel: "email" as const };
  // What an event did to the money no newer mail says.
  const mayWait = MAY_WAIT[kind] && !reading.facts.settlement?.back && !reading.facts.settlement?.fee;
  if (reading.stale || (mayWait && (await hasNewer(ctx, message)))) return overtake(ctx, message);
  await deliver(ctx, { ...message, mayWait, compose: () => compose(kind, reading) });
}

/** Sends the text, unless it isn't true any more, or the guest has no number. */
async function sendText(ctx: Context, payload: Payload, kind: TextKind): Promise<Delivered | undefined> {
  const { bookingId, version } = payload;
  const message = { bookingId, kind, version, channel: "sms" as const };
  const { view, facts, stale } = await read(ctx, payload, kind);
  const { phone } = view.guest;
  if (stale) await overtake(ctx, message);
  if (stale || phone === "") return undefined;
  return deliver(ctx, { ...message, compose: async () => ({ to: phone, text: smsText(kind, facts) }) });
}

/**
 * Sends what was held back and has room now, as the booking is by now: of mails the newest of each booking and kind, of texts
 * those that are still of use.
 */
export async function sendHeldBack(ctx: Context, most: number): Promise<Record<string, unknown>> {
  const dropped = await dropLateTexts(ctx, TEXT_USEFUL_MS);
  const held = { email: await heldBack(ctx, most, "email"), sms: await heldBack(ctx, most, "sms") };
  for (const channel of ["email", "sms"] as const) {
    for (const one of held[channel]) {
      const sent = channel === "email" ? sendMail(ctx, one, one.kind as MailKind) : sendText(ctx, one, one.kind as TextKind);
      await sent.catch(async (error: unknown) => {
        ctx.log.warn("a message that was held back failed", { booking_id: one.bookingId, channel }, error);
        await holdAgain(ctx, channel, one);
      });
    }
  }
  return { tried: held.email.length + held.sms.length, dropped };
}

function mailJob(name: string, event: keyof typeof BOOKING_EVENTS, kind: MailKind): Job {
  const input: z.ZodType<Payload> = BOOKING_EVENTS[event];
  const messageOf = ({ bookingId, version }: Payload) => ({ bookingId, kind, version, channel: "email" as const });
  return defineJob({
    name,
    on: [event],
    input,
    // An outage of the mail vendor for a day needs nobody; a confirmation later than that needs a call.
    deadlineMs: 24 * HOUR_MS,
    handler: (ctx, payload) => sendMail(ctx, payload, kind),
    async preview(ctx, payload) {
      const reading = await read(ctx, payload, kind);
      const mail = await compose(kind, reading);
      return (await before(ctx, reading, messageOf(payload))) ?? [`send an e-mail to ${mail.to}: ${mail.subject}`, "", mail.text];
    },
  });
}

function smsJob(name: string, event: keyof typeof BOOKING_EVENTS, kind: TextKind): Job {
  const input: z.ZodType<BookingPayload> = BOOKING_EVENTS[event];
  const messageOf = ({ bookingId, version }: Payload) => ({ bookingId, kind, version, channel: "sms" as const });
  return defineJob({
    name,
    on: [event],
    input,
    deadlineMs: TEXT_USEFUL_MS,
    // The e-mail says the same.
    severity: "info",
    async handler(ctx, payload) {
      const sent = await sendText(ctx, payload, kind);
      // Not done: nothing was sent now, and a person who had it sent again hears so.
      if (sent === "lost") throw refuse("PRECONDITION", { reason: "the text may have gone out before, and is never sent again" });
    },
    async preview(ctx, payload) {
      const reading = await read(ctx, payload, kind);
      const { phone } = reading.view.guest;
      if (phone === "") return ["nothing: the guest gave no telephone number"];
      return (await before(ctx, reading, messageOf(payload))) ?? [`send a text to ${phone}`, "", smsText(kind, reading.facts)];
    },
  });
}

/** Why nothing would be sent, if nothing would. */
async function before(ctx: Context, { view, stale }: Reading, message: Message): Promise<string[] | undefined> {
  if (stale) return [`nothing: the booking is ${view.state} by now, so the message is no longer true`];
  return whyNot(ctx, message);
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
