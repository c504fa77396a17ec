import { z } from "zod";
import { balance, bookingPayload } from "../server/bookings/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";

/** Captures, voids and refunds until what was taken online is what is due. */
export const balanceMoneyJob = defineJob({
  name: "balance-money",
  on: ["booking.confirmed", "booking.cancelled", "booking.modified", "booking.released", "booking.money_changed"],
  input: bookingPayload.extend({ payment: z.enum(["online", "property"]).optional() }),
  // Nothing was taken online of a booking that is paid at the property; money that comes all the same is an event of its own.
  when: (payload) => payload.payment !== "property",
  // An authorisation lives about seven days; past three a person must look.
  deadlineMs: 72 * HOUR_MS,
  severity: "critical",
  preview: async () => ["capture, let go or refund until what was taken online is what is due"],
  async handler(ctx, payload) {
    await balance(ctx, payload.bookingId);
  },
});
