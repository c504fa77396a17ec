import { z } from "zod";
import { countryField, emailAddress, idempotencyKeyField, idField, localeField, MAX_ROOMS, personNameField, refineStay, stayFields, textField } from "../platform/fields.ts";
import { phoneField, phoneOf, phoneText } from "../platform/phone.ts";
import { chargeOutput, policyOutput, quoteRoomField } from "../rooms/schemas.ts";

/** Who books, as the app's form asks for it. */
export const guestFields = z.object({
  name: personNameField,
  email: emailAddress,
  phone: phoneField,
});

/** The telephone number may be in its national form where the guest's country is said. */
export const guestField = guestFields
  .extend({ phone: phoneText.default(""), country: countryField.optional() })
  .transform((guest, ctx) => ({ ...guest, phone: phoneOf(guest.phone, guest.country, ctx, ["phone"]) }));

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

const REFUND_STATES = ["requested", "pending", "succeeded", "failed", "manual", "withdrawn"] as const;

/** A transfer that its provider waits for: where the money goes, how much, until when; with it the hold's end. */
export const transferOutput = z.object({
  kind: z.enum(["account", "bill", "counter"]),
  /** The bank's or shop's code as the provider names it. */
  at: z.string(),
  number: z.string(),
  biller: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
  expiresAt: z.string().nullable(),
  /** Until then the rooms, or what the change holds, are kept for it. */
  heldUntil: z.string().nullable(),
  /** Of the property: instants are told there. */
  zone: z.string(),
});
export type TransferView = z.infer<typeof transferOutput>;

/** What became of the latest message by one way: `lost` did not reach the guest, `none` was never sent. */
const messageState = z.enum(["none", "sending", "sent", "arrived", "lost"]);

export const bookingOutput = z.object({
  id: z.string(),
  code: z.string(),
  token: z.string(),
  version: z.int(),
  state: z.enum(BOOKING_STATES),
  locale: z.string(),
  createdAt: z.string(),
  /** When this version was made. */
  versionAt: z.string(),
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
  /** What the guest's bank asks back by disputes that are open; minor units. */
  disputed: z.int(),
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
  /** A gift is beyond what the booking gives back; one that waits is made, or not, when the guest's bank has decided. */
  refunds: z.array(z.object({ amount: z.int(), state: z.enum(REFUND_STATES), isGift: z.boolean().optional(), waits: z.boolean().optional() })),
  /** Waits for its difference to be paid until `expiresAt`; then it is gone, and the booking stays as it is. */
  change: z
    .object({ id: z.string(), checkIn: z.string(), checkOut: z.string(), total: z.int(), due: z.int(), expiresAt: z.string(), transfer: transferOutput.nullable() })
    .nullable(),
  canModify: z.boolean(),
  canCancel: z.boolean(),
  canPay: z.boolean(),
  /**
   * Why it can be paid, or can't: `transfer` waits for one (and may be paid another way), `review` the provider
   * examines a payment, `over` the hold's time has passed and nothing was paid, `closed` it isn't pending.
   */
  paying: z.enum(["open", "transfer", "review", "over", "closed"]),
  transfer: transferOutput.nullable(),
  messages: z.object({ email: messageState, sms: messageState }),
});
export type BookingView = z.infer<typeof bookingOutput>;

export const openHoldsOutput = z.object({
  /** The server's clock as it answered: what is left is counted from there. */
  now: z.string(),
  holds: z.array(
    z.object({
      id: z.string(),
      propertyName: z.string(),
      checkIn: z.string(),
      checkOut: z.string(),
      holdExpiresAt: z.string(),
      zone: z.string(),
      /** A transfer for it is waited for. */
      waits: z.boolean(),
      /** Held for a change of the booking, with the dates it would have. */
      ofChange: z.boolean(),
    }),
  ),
});

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

/**
 * How money goes back: a reservation is let go, the provider refunds, the property pays by hand, or it waits for the
 * guest's bank, which examines the payment.
 */
export const waysOutput = z.array(z.object({ way: z.enum(["void", "refund", "hand", "waits"]), amount: z.int() }));

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
