import { bookingPayload, closePages } from "../server/bookings/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";

/** A booking that ended unpaid: nobody should be able to pay for it any more. Late money is given back. */
export const closePagesJob = defineJob({
  name: "close-pages",
  on: ["booking.expired", "booking.released"],
  input: bookingPayload,
  deadlineMs: 24 * HOUR_MS,
  preview: async () => ["close the booking's payment pages that are still open at their providers"],
  async handler(ctx, payload) {
    await closePages(ctx, payload.bookingId);
  },
});
