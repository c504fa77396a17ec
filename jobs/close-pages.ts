import { BOOKING_EVENTS, bookingPayload, closeLeftPages, closePages } from "../server/bookings/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";

/** A booking that ended unpaid: nobody should be able to pay for it any more. Late money is given back. */
export const closePagesJob = defineJob({
  name: "close-pages",
  on: ["booking.expired", "booking.paid_too_late", "booking.released"],
  input: bookingPayload,
  deadlineMs: 24 * HOUR_MS,
  preview: async () => ["close the booking's payment pages that are still open at their providers"],
  async handler(ctx, payload) {
    await closePages(ctx, payload.bookingId);
  },
});

/** A booking that was confirmed another way: the pages that were opened for it before must take no second payment. */
export const closeLeftPagesJob = defineJob({
  name: "close-left-pages",
  on: ["booking.pages_left"],
  input: BOOKING_EVENTS["booking.pages_left"],
  deadlineMs: 24 * HOUR_MS,
  preview: async () => ["close the payment pages without money that are left of a confirmed booking"],
  async handler(ctx, payload) {
    await closeLeftPages(ctx, payload.bookingId);
  },
});
