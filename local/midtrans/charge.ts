import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RawRequest } from "../kit/serve.ts";
import { badRequest, MidtransFault } from "./answers.ts";
import { findCard } from "./cards.ts";
import { notifyUrls } from "./notify.ts";
import { BANKS, isNumber } from "./methods.ts";
import { amountSchema, customerSchema, customFields, customOf, itemSchema, orderIdSchema, parseJson, sentence } from "./snap.ts";
import type { MidtransState, Order, Transaction } from "./state.ts";
import { lengthMs, parseTime } from "./time.ts";
import { CARD_STEP_MS, startCard, startTransfer } from "./transactions.ts";

const chargeSchema = z.strictObject({
  ...customFields,
  payment_type: z.enum(["credit_card", "bank_transfer", "qris", "gopay", "echannel"]),
  transaction_details: z.strictObject({ order_id: orderIdSchema, gross_amount: amountSchema }),
  item_details: z.array(itemSchema).default([]),
  customer_details: customerSchema.optional(),
  credit_card: z
    .strictObject({
      token_id: z.string(),
      authentication: z.boolean().default(false),
      type: z.enum(["authorize", "authorize_capture"]).optional(),
    })
    .optional(),
  bank_transfer: z
    .strictObject({ bank: z.enum(BANKS), va_number: z.string().optional() })
    .refine(({ bank, va_number }) => va_number === undefined || isNumber(bank, va_number), "va_number has digits as the bank takes them")
    .optional(),
  qris: z.strictObject({ acquirer: z.literal("gopay").optional() }).optional(),
  gopay: z.strictObject({}).optional(),
  echannel: z.strictObject({ bill_info1: z.string().max(10), bill_info2: z.string().max(30) }).optional(),
  custom_expiry: z
    .strictObject({
      order_time: z.string().optional(),
      expiry_duration: z.number().int().min(1),
      unit: z.string(),
    })
    .optional(),
});

/** The part of a charge that belongs to each method; another method's part is refused. */
const PARTS = ["credit_card", "bank_transfer", "qris", "gopay", "echannel"] as const;

/** `POST /v2/charge`: an order and its first transaction in one call, without the page. */
export function charge(state: MidtransState, request: RawRequest): Transaction {
  const parsed = chargeSchema.safeParse(parseJson(request));
  if (!parsed.success) throw badRequest(parsed.error.issues.map(sentence));
  const input = parsed.data;
  const foreign = PARTS.find((part) => part !== input.payment_type && input[part] !== undefined);
  if (foreign) throw badRequest([`${foreign} doesn't belong to payment_type ${input.payment_type}`]);
  if (input.payment_type === "credit_card" && input.custom_expiry) throw badRequest(["custom_expiry is not for cards"]);
  const { order_id: orderId, gross_amount: amount } = input.transaction_details;
  if (state.orders.get(orderId)) {
    throw new MidtransFault("406", "The request could not be completed due to a conflict with the current state of the target resource, please try again");
  }
  const total = input.item_details.reduce((sum, item) => sum + item.price * item.quantity, 0);
  if (input.item_details.length > 0 && total !== amount) throw badRequest(["transaction_details.gross_amount is not equal to the sum of item_details"]);
  const notify = notifyUrls(state.notificationUrl, request.headers);
  if (!notify) throw badRequest(["notification addresses are up to three http or https urls"]);
  const order: Order = {
    orderId,
    amount,
    items: input.item_details,
    methods: [input.payment_type],
    secure: input.credit_card?.authentication ?? false,
    authorizeOnly: input.credit_card?.type === "authorize",
    expiresAt: input.custom_expiry && customExpiry(state, input.custom_expiry),
    notify,
    customFields: customOf(input),
  };
  if (input.payment_type === "qris" || input.payment_type === "gopay") return startTransfer(state, order, { type: input.payment_type });
  if (input.payment_type === "echannel") {
    if (!input.echannel) throw badRequest(["echannel.bill_info1 and echannel.bill_info2 are required"]);
    return startTransfer(state, order, { type: "echannel" });
  }
  if (input.payment_type === "bank_transfer") {
    if (!input.bank_transfer) throw badRequest(["bank_transfer.bank is required"]);
    const { bank, va_number: number } = input.bank_transfer;
    return startTransfer(state, order, { type: "bank_transfer", bank, ...(number !== undefined && { number }) });
  }
  const tokenId = input.credit_card?.token_id ?? "";
  const token = state.cardTokens.get(tokenId);
  if (!token || token.at + CARD_STEP_MS <= state.clock.now()) {
    throw new MidtransFault("411", "Credit card token is missing or has expired.");
  }
  // It is good for one charge, whatever the bank says to it.
  state.cardTokens.delete(tokenId);
  return startCard(state, order, token.number);
}

const TOKEN_PARAMS = ["client_key", "card_number", "card_cvv", "card_exp_month", "card_exp_year"];

/** `GET /v2/token`, from the guest's browser: a card token for one charge within ten minutes. */
export function createCardToken(state: MidtransState, query: URLSearchParams): object {
  const number = query.get("card_number") ?? "";
  const card = findCard(number);
  const unknown = [...query.keys()].find((name) => !TOKEN_PARAMS.includes(name));
  if (unknown) throw badRequest([`${unknown} is unknown`]);
  if (!query.get("client_key")) throw new MidtransFault("401", "Access denied due to missing client key.");
  if (!card) throw badRequest(["card_number is not one of the test cards"]);
  const id = `${card.number.slice(0, 8)}-${card.number.slice(-4)}-${randomUUID()}`;
  state.cardTokens.put(id, { number: card.number, at: state.clock.now() });
  return {
    status_code: "200",
    status_message: "Credit card token is created as Token ID.",
    token_id: id,
  };
}

function customExpiry(state: MidtransState, expiry: { order_time?: string; expiry_duration: number; unit: string }): number {
  const start = expiry.order_time === undefined ? state.clock.now() : parseTime(expiry.order_time);
  const length = lengthMs(expiry.unit, expiry.expiry_duration);
  if (start === undefined || length === undefined) throw badRequest(["custom_expiry is invalid"]);
  return start + length;
}
