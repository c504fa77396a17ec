import { z } from "zod";
import { dateField, idempotencyKeyField, idField, MAX_ROOMS, textField } from "../platform/fields.ts";
import { quotedStayOutput, quoteRoomField } from "../rooms/schemas.ts";
import { bookingRef, guestFields, waysOutput } from "./schemas.ts";

/** What may become of a room stay: another product of the property, another party. */
export const changedRoomField = quoteRoomField.extend({ roomStayId: idField });

const wanted = {
  /** Left out: as they are. The dates are those of all rooms that stand. */
  checkIn: dateField.optional(),
  checkOut: dateField.optional(),
  rooms: z
    .array(changedRoomField)
    .max(MAX_ROOMS)
    .refine((rooms) => new Set(rooms.map(({ roomStayId }) => roomStayId.toLowerCase())).size === rooms.length, "a room stay is named twice")
    .default([]),
};

export const modifyQuoteInput = bookingRef.extend(wanted);
export type ModifyQuoteInput = z.infer<typeof modifyQuoteInput>;

export const modifyQuoteOutput = z.object({
  /** Hash of all that decides the change; `modify` refuses with PRICE_CHANGED when it no longer fits. */
  quoteHash: z.string(),
  expiresAt: z.string(),
  checkIn: z.string(),
  checkOut: z.string(),
  /** The room stays that change, as they will be. */
  stays: z.array(quotedStayOutput.extend({ roomStayId: z.string() })),
  currency: z.string(),
  /** The booking's total now and then; minor units. */
  totalBefore: z.int(),
  total: z.int(),
  /** What must be paid online before the change holds; 0: it holds at once. */
  due: z.int(),
  /** What the change adds to what is paid at the property; negative where it takes from it. */
  atProperty: z.int(),
  /** What goes back of the money paid online, in all and by its ways. */
  refund: z.int(),
  ways: waysOutput,
  /** Within the total: what cancelling cost already, and a cheaper stay doesn't give back. */
  changeFee: z.int(),
  /** What cancelling the changed booking would cost now; until when it is free (null: it isn't). */
  cancelFee: z.int(),
  freeUntil: z.string().nullable(),
});

export const modifyInput = modifyQuoteInput.extend({
  idempotencyKey: idempotencyKeyField,
  quoteHash: z.string().min(16).max(64),
  /** The e-mail stays: it opens the booking. */
  guest: guestFields.pick({ name: true, phone: true }).partial().optional(),
  notes: textField(2000).optional(),
});
export type ModifyInput = z.infer<typeof modifyInput>;

/** Changed at once, or a draft that holds its nights until the difference is paid by `payments.start` with its id. */
export const modifyOutput = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("applied"),
    bookingId: z.string(),
    version: z.int(),
    /** What goes back because of the change, in all and by its ways. */
    refund: z.int(),
    ways: waysOutput,
  }),
  z.object({ status: z.literal("payment_due"), bookingId: z.string(), changeId: z.string(), due: z.int(), currency: z.string(), expiresAt: z.string() }),
]);
export type ModifyOutput = z.infer<typeof modifyOutput>;
