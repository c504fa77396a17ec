import { z } from "zod";
import { idempotencyKeyField, idField } from "../platform/fields.ts";
import { CHANGE_STATES } from "../../db/schema/bookings.ts";
import { BOOKING_STATES, bookingRef, transferOutput } from "./schemas.ts";

export const startInput = bookingRef.extend({
  idempotencyKey: idempotencyKeyField,
  method: z.enum(["stripe", "midtrans", "property"]),
  /** Pays the difference of this change instead of the booking. */
  changeId: idField.optional(),
});
export type StartInput = z.infer<typeof startInput>;

/** A hosted page to go to, or confirmed at once (paid at the property). */
export const startOutput = z.union([z.object({ status: z.literal("redirect"), redirectUrl: z.string() }), z.object({ status: z.literal("confirmed") })]);

export const statusInput = bookingRef.extend({ changeId: idField.optional() });
export const statusOutput = z.object({
  booking: z.enum(BOOKING_STATES),
  /** The latest attempt's state, if there was one. */
  payment: z.string().nullable(),
  /** The state of the change that was asked for. */
  change: z.enum(CHANGE_STATES).optional(),
  /** The transfer that is waited for. */
  transfer: transferOutput.optional(),
});
