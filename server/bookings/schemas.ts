import { z } from "zod";
import { idempotencyKeyField, idField, localeField, MAX_ROOMS, refineStay, stayFields, textField } from "../platform/fields.ts";
import { chargeOutput, policyOutput, quoteRoomField } from "../rooms/schemas.ts";

export const guestField = z.object({
  name: textField(200).refine((name) => name.length > 0, "required"),
  email: z
    .string()
    .max(254)
    .pipe(z.email())
    .transform((email) => email.toLowerCase()),
  /** E.164 ("+6281234567890") or empty. */
  phone: z
    .string()
    .max(20)
    .regex(/^(\+[1-9][0-9]{6,14})?$/)
    .default(""),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
});

export const holdInput = z
  .object({
    idempotencyKey: idempotencyKeyField,
    propertyId: idField,
    ...stayFields,
    rooms: z.array(quoteRoomField).min(1).max(MAX_ROOMS),
    quoteHash: z.string().min(16).max(64),
    guest: guestField,
    notes: textField(2000).default(""),
    locale: localeField.default("en"),
  })
  .superRefine(refineStay);
export type HoldInput = z.infer<typeof holdInput>;

export const holdOutput = z.object({
  bookingId: z.string(),
  code: z.string(),
  /** Opens the booking without an account; also in the links of its mails. */
  token: z.string(),
  holdExpiresAt: z.string(),
  total: z.int(),
  currency: z.string(),
});

/** The token is needed where the caller is neither the booking's account nor the browser that made it. */
export const bookingRef = z.object({ bookingId: idField, token: z.string().max(100).optional() });

export const lookupInput = z.object({
  code: z
    .string()
    .max(40)
    .transform((code) => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, ""))
    .pipe(z.string().min(1)),
  email: textField(254)
    .pipe(z.email())
    .transform((email) => email.toLowerCase()),
});
export const lookupOutput = z.object({ bookingId: z.string(), token: z.string() });

export const BOOKING_STATES = ["pending", "confirmed", "checked_in", "checked_out", "expired", "cancelled", "no_show"] as const;

export const stayOutput = z.object({
  id: z.string(),
  state: z.enum(BOOKING_STATES),
  roomTypeId: z.int(),
  productId: z.int(),
  roomName: z.string(),
  rateName: z.string(),
  meal: z.string(),
  adults: z.int(),
  childAges: z.array(z.int()),
  nights: z.array(z.object({ date: z.string(), price: z.int() })),
  charges: z.array(chargeOutput),
  total: z.int(),
  fee: z.int(),
  policy: policyOutput,
});

export const bookingOutput = z.object({
  id: z.string(),
  code: z.string(),
  token: z.string(),
  version: z.int(),
  state: z.enum(BOOKING_STATES),
  locale: z.string(),
  createdAt: z.string(),
  checkIn: z.string(),
  checkOut: z.string(),
  currency: z.string(),
  total: z.int(),
  dueOnline: z.int(),
  /** Captured or authorised so far, and given back; minor units. */
  paid: z.int(),
  refunded: z.int(),
  /** What the guest has back from the bank by disputes that were lost; minor units. */
  lost: z.int(),
  /** What of `paid` stays: what is due online, or an ended booking's fees as far as they are taken online. */
  owedOnline: z.int(),
  /** What of it is there: taken or reserved, and not on its way back. */
  kept: z.int(),
  payment: z.enum(["online", "property"]),
  paymentMethods: z.array(z.enum(["stripe", "midtrans", "property"])),
  /** While pending: the nights go back then. */
  holdExpiresAt: z.string().nullable(),
  /** The server's clock as it answered: what is left of a hold or of a change is counted from there, whatever the device's says. */
  now: z.string(),
  notes: z.string(),
  guest: z.object({ name: z.string(), email: z.string(), phone: z.string() }),
  property: z.object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    address: z.string(),
    city: z.string(),
    country: z.string(),
    zone: z.string(),
    phone: z.string(),
    email: z.string(),
    checkInFrom: z.string(),
    checkOutUntil: z.string(),
    latitude: z.number(),
    longitude: z.number(),
    picture: z.string(),
  }),
  stays: z.array(stayOutput),
  payments: z.array(z.object({ id: z.string(), provider: z.string(), state: z.string(), amount: z.int(), method: z.string().nullable() })),
  refunds: z.array(z.object({ amount: z.int(), state: z.string() })),
  /** Waits for its difference to be paid until `expiresAt`; then it is gone, and the booking stays as it is. */
  change: z.object({ id: z.string(), checkIn: z.string(), checkOut: z.string(), total: z.int(), due: z.int(), expiresAt: z.string() }).nullable(),
  canModify: z.boolean(),
  canCancel: z.boolean(),
  canPay: z.boolean(),
});
export type BookingView = z.infer<typeof bookingOutput>;

export const mineInput = z.object({
  scope: z.enum(["upcoming", "past", "cancelled"]),
  cursor: z.string().max(100).optional(),
  limit: z.int().min(1).max(50).default(20),
});
export const mineOutput = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      code: z.string(),
      state: z.enum(BOOKING_STATES),
      propertyName: z.string(),
      city: z.string(),
      country: z.string(),
      picture: z.string(),
      checkIn: z.string(),
      checkOut: z.string(),
      rooms: z.int(),
      total: z.int(),
      currency: z.string(),
    }),
  ),
  nextCursor: z.string().optional(),
});

/** Room stays to cancel; left out: all that stand. */
const roomStayIds = z.array(idField).min(1).max(MAX_ROOMS).optional();

export const cancelQuoteInput = bookingRef.extend({ roomStayIds });
export type CancelQuoteInput = z.infer<typeof cancelQuoteInput>;

/** How money goes back: a reservation is let go, the provider refunds, or the property pays by hand. */
export const waysOutput = z.array(z.object({ way: z.enum(["void", "refund", "hand"]), amount: z.int() }));

const cancelCost = {
  /** What these rooms cost by being cancelled, and what goes back of the money paid online because of it; minor units. */
  fee: z.int(),
  refund: z.int(),
  ways: waysOutput,
  /** What the guest then owes to the property itself. */
  dueProperty: z.int(),
  currency: z.string(),
};

export const cancelQuoteOutput = z.object({
  ...cancelCost,
  /** Instant at which the fee rises next; null when it won't. */
  changesAt: z.string().nullable(),
});

export const cancelInput = cancelQuoteInput.extend({
  idempotencyKey: idempotencyKeyField,
  /** The fee that the guest was shown; another one by now refuses with PRICE_CHANGED. */
  expectedFee: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
});
export type CancelInput = z.infer<typeof cancelInput>;
/** `confirmed` while other rooms of the booking stand. */
export const cancelOutput = z.object({ bookingId: z.string(), state: z.enum(["cancelled", "confirmed"]), ...cancelCost });

/** States of money that have a message of their own; `MONEY_NEWS` says what each is and who is told. */
export const NEWS = [
  "paid_beyond",
  "paid_otherwise",
  "transfer_waiting",
  "lapsed",
  "refund_made",
  "refund_failed",
  "refund_manual",
  "refund_by_hand",
  "refund_waits",
  "goodwill",
  "waived",
  "dispute_inquiry",
  "dispute_open",
  "dispute_lost",
  "dispute_won",
] as const;
export type MoneyNews = (typeof NEWS)[number];
