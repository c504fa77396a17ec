import { z } from "zod";
import { idField, MAX_ROOMS, partyRoomField, refineStay, smallIdField, stayFields } from "../platform/fields.ts";

export const chargeOutput = z.object({
  name: z.string(),
  amount: z.int(),
  /** Of a percentage: parts per million (8.875 % is 88 750), and the amount that it was charged on. */
  rate: z.int().optional(),
  base: z.int().optional(),
  /** Already within the nightly prices; not added to the total. */
  inclusive: z.boolean(),
  collect: z.enum(["now", "property"]),
});

export const policyOutput = z.object({
  name: z.string(),
  /** IANA zone of the property, to show the deadlines in. */
  zone: z.string(),
  /** What a fee is a part of: the price and the taxes that we collect. What the property collects is in no fee. */
  base: z.object({ price: z.int(), tax: z.int(), atProperty: z.int() }),
  /** From `from` (an instant, ISO 8601) on, cancelling costs `fee` minor units; before the first it is free. */
  steps: z.array(z.object({ from: z.string(), fee: z.int() })),
  noShowFee: z.int(),
});

/** One room asked for: which product, and who sleeps there. */
export const quoteRoomField = partyRoomField.extend({ productId: smallIdField });

export const quoteInput = z.object({ propertyId: idField, ...stayFields, rooms: z.array(quoteRoomField).min(1).max(MAX_ROOMS) }).superRefine(refineStay);
export type QuoteInput = z.infer<typeof quoteInput>;

export const quotedStayOutput = z.object({
  roomTypeId: z.int(),
  productId: z.int(),
  roomName: z.string(),
  rateName: z.string(),
  meal: z.enum(["room_only", "breakfast", "half_board", "full_board", "all_inclusive"]),
  adults: z.int(),
  childAges: z.array(z.int()),
  nights: z.array(z.object({ date: z.string(), price: z.int() })),
  charges: z.array(chargeOutput),
  /** Nights plus exclusive charges. */
  total: z.int(),
  policy: policyOutput,
});
export type QuotedStay = z.infer<typeof quotedStayOutput>;

export const quoteOutput = z.object({
  /** Hash of all that decides the price; `hold` refuses with PRICE_CHANGED when it no longer fits. */
  hash: z.string(),
  /** Instant after which the price is read anew. */
  expiresAt: z.string(),
  propertyId: z.string(),
  checkIn: z.string(),
  checkOut: z.string(),
  currency: z.string(),
  stays: z.array(quotedStayOutput),
  total: z.int(),
  /** The part that an online payment takes; the rest is paid at the property. */
  dueOnline: z.int(),
  paymentMethods: z.array(z.enum(["stripe", "midtrans", "property"])),
});
export type Quote = z.infer<typeof quoteOutput>;

export const availabilityInput = z.object({ propertyId: idField, ...stayFields, rooms: z.array(partyRoomField).min(1).max(MAX_ROOMS) }).superRefine(refineStay);
export type AvailabilityInput = z.infer<typeof availabilityInput>;

export const availabilityOutput = z.object({
  currency: z.string(),
  roomTypes: z.array(
    z.object({
      roomTypeId: z.int(),
      /** Units left on the scarcest night; 0 = sold out. */
      left: z.int(),
      offers: z.array(
        z.object({
          productId: z.int(),
          rateName: z.string(),
          meal: z.string(),
          payment: z.enum(["online", "property", "either"]),
          /** Instant until which cancelling is free; null when it never is. */
          freeUntil: z.string().nullable(),
          policyName: z.string(),
          /** Total per room of the party in its order; null where that room's people don't fit. */
          totals: z.array(z.int().nullable()),
          /** Why it can't be sold for these dates, if it can't. */
          refusal: z
            .object({
              reason: z.enum(["min_stay", "max_stay", "closed_to_arrival", "closed_to_departure", "closed", "past", "horizon", "party"]),
              value: z.int().optional(),
            })
            .nullable(),
        }),
      ),
    }),
  ),
});
export type Availability = z.infer<typeof availabilityOutput>;
