import { BOOKING_EVENTS, closeChange, closePages } from "../server/bookings/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";

/** At a draft change's end: closes its payment page, then gives its nights back. The tick catches what this missed. */
export const closeChangeJob = defineJob({
  name: "close-change",
  on: ["booking.change_held"],
  input: BOOKING_EVENTS["booking.change_held"],
  at: (payload) => new Date(payload.expiresAt),
  deadlineMs: 24 * HOUR_MS,
  async handler(ctx, payload) {
    await closeChange(ctx, payload.changeId);
  },
});

/** A draft that ended unpaid: nobody should be able to pay for it any more. Late money is given back. */
export const closeChangePagesJob = defineJob({
  name: "close-change-pages",
  on: ["booking.change_ended"],
  input: BOOKING_EVENTS["booking.change_ended"],
  deadlineMs: 24 * HOUR_MS,
  async handler(ctx, payload) {
    await closePages(ctx, payload.bookingId, payload.changeId);
  },
});
