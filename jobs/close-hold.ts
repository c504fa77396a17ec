import { BOOKING_EVENTS, closeHold } from "../server/bookings/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";

/** At the hold's end: closes the payment page, then gives the nights back. The tick catches what this missed. */
export const closeHoldJob = defineJob({
  name: "close-hold",
  on: ["booking.held"],
  input: BOOKING_EVENTS["booking.held"],
  at: (payload) => new Date(payload.holdExpiresAt),
  deadlineMs: 24 * HOUR_MS,
  preview: async () => ["close the payment page and give the nights back, if the booking is still a hold and its time is over"],
  async handler(ctx, payload) {
    await closeHold(ctx, payload.bookingId);
  },
});
