import { z } from "zod";
import { idempotencyKeyField } from "../platform/fields.ts";
import { BOOKING_STATES, bookingRef } from "./schemas.ts";

export const startInput = bookingRef.extend({
  idempotencyKey: idempotencyKeyField,
  method: z.enum(["stripe", "midtrans", "property"]),
});
export type StartInput = z.infer<typeof startInput>;

/** A hosted page to go to, or confirmed at once (paid at the property). */
export const startOutput = z.union([z.object({ status: z.literal("redirect"), redirectUrl: z.string() }), z.object({ status: z.literal("confirmed") })]);

export const statusOutput = z.object({
  booking: z.enum(BOOKING_STATES),
  /** The latest attempt's state, if there was one. */
  payment: z.string().nullable(),
});
