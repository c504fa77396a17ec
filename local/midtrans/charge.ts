import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RawRequest } from "../kit/serve.ts";
import { badRequest, MidtransFault } from "./answers.ts";
import { findCard } from "./cards.ts";
import { notifyUrls } from "./notify.ts";
import { amountSchema, itemSchema, orderIdSchema, parseJson, sentence } from "./snap.ts";
import type { MidtransState, Order, Transaction } from "./state.ts";
import { lengthMs, parseTime } from "./time.ts";
import { BANKS, CARD_STEP_MS, startCard, startTransfer } from "./transactions.ts";

const chargeSchema = z.object({
  payment_type: z.enum(["credit_card", "bank_transfer", "qris"]),
  transaction_details: z.object({ order_id: orderIdSchema, gross_amount: amountSchema }),
  item_details: z.array(itemSchema).default([]),
  credit_card: z
    .object({
      token_id: z.string(),
      authentication: z.boolean().default(false),
      type: z.enum(["authorize", "authorize_capture"]).optional(),
    })
    .optional(),
  bank_transfer: z.object({ bank: z.enum(BANKS) }).optional(),
  custom_expiry: z
    .object({
      order_time: z.string().optional(),
      expiry_duration: z.number().int().min(1),
      unit: z.string(),
    })
    .optional(),
});

/** `POST /v2/charge`: an order and its first transaction in one call, without the page. */
export function charge(state: MidtransState, request: RawRequest): Transaction {
  const parsed = chargeSchema.safeParse(parseJson(request));
  if (!parsed.success) throw badRequest(parsed.error.issues.map(sentence));
  const input = parsed.data;
  const { order_id: orderId, gross_amount: amount } = input.transaction_details;
  if (state.orders.get(orderId)) {
    throw new MidtransFault("406", "The request could not be completed due to a conflict with the current state of the target resource, please try again");
  }
  const order: Order = {
    orderId,
    amount,
    items: input.item_details,
    methods: [input.payment_type],
    secure: input.credit_card?.authentication ?? false,
    authorizeOnly: input.credit_card?.type === "authorize",
    expiresAt: input.custom_expiry && customExpiry(state, input.custom_expiry),
    notify: notifyUrls(state.notificationUrl, request.headers),
  };
  if (input.payment_type === "qris") return startTransfer(state, order, { type: "qris" });
  if (input.payment_type === "bank_transfer") {
    if (!input.bank_transfer) throw badRequest(["bank_transfer.bank is required"]);
    return startTransfer(state, order, { type: "bank_transfer", bank: input.bank_transfer.bank });
  }
  const token = state.cardTokens.get(input.credit_card?.token_id ?? "");
  if (!token || token.at + CARD_STEP_MS <= state.clock.now()) {
    throw new MidtransFault("411", "Credit card token is missing or has expired.");
  }
  return startCard(state, order, token.number);
}

/** `GET /v2/token`, from the guest's browser: a card token for one charge within ten minutes. */
export function createCardToken(state: MidtransState, query: URLSearchParams): object {
  const number = query.get("card_number") ?? "";
  const card = findCard(number);
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
