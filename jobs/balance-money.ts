import { balance, bookingPayload } from "../server/bookings/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";

/** Captures, voids and refunds until what was taken online is what is due. */
export const balanceMoneyJob = defineJob({
  name: "balance-money",
  on: ["booking.confirmed", "booking.cancelled", "booking.released", "booking.money_changed"],
  input: bookingPayload,
  // An authorisation lives about seven days; past three a person must look.
  deadlineMs: 72 * HOUR_MS,
  async handler(ctx, payload) {
    await balance(ctx, payload.bookingId);
  },
});
