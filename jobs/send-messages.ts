import type { z } from "zod";
import { BOOKING_EVENTS, viewOf, type BookingPayload } from "../server/bookings/index.ts";
import type { Context } from "../server/context.ts";
import { composeMail, deliver, factsOf, smsText, type MailFacts, type MailKind } from "../server/notifications/index.ts";
import { defineJob, HOUR_MS, type Job } from "./define.ts";

/** What a message says of a booking, and whom it goes to, read anew at each try. */
async function read(ctx: Context, bookingId: string): Promise<{ facts: MailFacts; email: string; phone: string }> {
  const view = await viewOf(ctx, ctx.db, bookingId);
  const base = ctx.config.PUBLIC_URL;
  const facts = factsOf(view, { trip: `${base}/trips/${view.id}?token=${view.token}`, search: `${base}/hotels/${view.property.slug}` });
  return { facts, email: view.guest.email, phone: view.guest.phone };
}

function mailJob(name: string, event: keyof typeof BOOKING_EVENTS, kind: MailKind): Job {
  const input: z.ZodType<BookingPayload> = BOOKING_EVENTS[event];
  return defineJob({
    name,
    on: [event],
    input,
    // An outage of the mail vendor for a day needs nobody; a confirmation later than that needs a call.
    deadlineMs: 24 * HOUR_MS,
    async handler(ctx, { bookingId, version }) {
      const compose = async () => {
        const { facts, email } = await read(ctx, bookingId);
        return { to: email, ...(await composeMail(kind, facts)) };
      };
      await deliver(ctx, { bookingId, kind, version, channel: "email", compose });
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
    async handler(ctx, { bookingId, version }) {
      const { facts, phone } = await read(ctx, bookingId);
      if (phone === "") return;
      await deliver(ctx, { bookingId, kind, version, channel: "sms", compose: async () => ({ to: phone, text: smsText(kind, facts) }) });
    },
  });
}

export const messageJobs: readonly Job[] = [
  mailJob("send-confirmation", "booking.confirmed", "booking_confirmed"),
  smsJob("text-confirmation", "booking.confirmed", "booking_confirmed"),
  mailJob("send-cancellation", "booking.cancelled", "booking_cancelled"),
  smsJob("text-cancellation", "booking.cancelled", "booking_cancelled"),
  mailJob("send-hold-expired", "booking.expired", "hold_expired"),
  mailJob("send-payment-failed", "booking.payment_failed", "payment_failed"),
];
