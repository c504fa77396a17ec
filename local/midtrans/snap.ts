import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { notifyUrls } from "./notify.ts";
import { offerOf } from "./methods.ts";
import type { MidtransState, Order } from "./state.ts";
import { lengthMs, parseTime } from "./time.ts";

const TOKEN_LIFE_MS = 24 * 3600 * 1000;

export const orderIdSchema = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[A-Za-z0-9\-_~.]+$/, "contains characters that are not allowed");
export const amountSchema = z.number().int("must be whole rupiah").min(1).max(999_999_999_999);
export const itemSchema = z.strictObject({
  id: z.string().max(50).optional(),
  name: z.string().max(50),
  price: z.number().int(),
  quantity: z.number().int().min(1),
  brand: z.string().max(50).optional(),
  category: z.string().max(50).optional(),
  merchant_name: z.string().max(50).optional(),
});
const lengthSchema = z.strictObject({ unit: z.string(), duration: z.number().int().min(1) });
export const customerSchema = z.strictObject({
  first_name: z.string().max(255).optional(),
  last_name: z.string().max(255).optional(),
  email: z.string().max(255).optional(),
  phone: z.string().max(255).optional(),
});
const customField = z.string().max(255).optional();
/** They come back with the status and each notification. */
export const customFields = { custom_field1: customField, custom_field2: customField, custom_field3: customField };

const snapSchema = z.strictObject({
  ...customFields,
  transaction_details: z.strictObject({ order_id: orderIdSchema, gross_amount: amountSchema }),
  credit_card: z
    .strictObject({
      secure: z.boolean().default(false),
      type: z.enum(["authorize", "authorize_capture"]).optional(),
    })
    .default({ secure: false }),
  item_details: z.array(itemSchema).default([]),
  customer_details: customerSchema.optional(),
  enabled_payments: z.array(z.string()).optional(),
  callbacks: z.strictObject({ finish: z.url({ protocol: /^https?$/ }).optional() }).optional(),
  expiry: lengthSchema.extend({ start_time: z.string().optional() }).optional(),
  page_expiry: lengthSchema.optional(),
});

/** `POST /snap/v1/transactions`: makes the order and its page; no transaction exists until a method is chosen. */
export function createSnap(state: MidtransState, request: RawRequest): Reply {
  const parsed = snapSchema.safeParse(parseJson(request));
  if (!parsed.success) return snapErrors(400, parsed.error.issues.map(sentence));
  const input = parsed.data;
  const { order_id: orderId, gross_amount: amount } = input.transaction_details;
  const sum = input.item_details.reduce((total, item) => total + item.price * item.quantity, 0);
  if (input.item_details.length > 0 && sum !== amount) {
    return snapErrors(400, ["transaction_details.gross_amount is not equal to the sum of item_details"]);
  }
  if (state.orders.get(orderId)) {
    return snapErrors(400, ["transaction_details.order_id has already been taken"]);
  }
  const now = state.clock.now();
  const expiresAt = input.expiry && endOf(input.expiry, now);
  const pageLife = input.page_expiry ? endOf(input.page_expiry, now) : now + TOKEN_LIFE_MS;
  if (Number.isNaN(expiresAt) || Number.isNaN(pageLife)) {
    return snapErrors(400, ["expiry.unit or expiry.start_time is invalid"]);
  }
  const offer = offerOf(input.enabled_payments);
  if (!offer) return snapErrors(400, ["enabled_payments must name methods that are served: credit_card, bank_transfer, bca_va and the like, other_qris, gopay, echannel"]);
  const notify = notifyUrls(state.notificationUrl, request.headers);
  if (!notify) return snapErrors(400, ["notification addresses are up to three http or https urls"]);
  const order: Order = {
    orderId,
    amount,
    items: input.item_details,
    email: input.customer_details?.email,
    ...offer,
    customFields: customOf(input),
    secure: input.credit_card.secure,
    authorizeOnly: input.credit_card.type === "authorize",
    finishUrl: input.callbacks?.finish,
    expiresAt,
    pageExpiresAt: Math.min(pageLife, expiresAt ?? Infinity),
    token: randomUUID(),
    notify,
  };
  state.orders.put(orderId, order);
  state.tokens.put(String(order.token), orderId);
  return {
    status: 201,
    body: {
      token: order.token,
      redirect_url: `${state.publicUrl}/snap/v4/redirection/${order.token}`,
    },
  };
}

export function snapErrors(status: number, messages: string[]): Reply {
  return { status, body: { error_messages: messages } };
}

export function parseJson(request: RawRequest): unknown {
  try {
    return JSON.parse(request.body.toString());
  } catch {
    return undefined;
  }
}

export function sentence(issue: z.core.$ZodIssue): string {
  return `${issue.path.join(".") || "body"}: ${issue.message}`;
}

/** The instant at which a length ends; NaN when it can't be read. */
function endOf(expiry: { unit: string; duration: number; start_time?: string }, now: number): number {
  const start = expiry.start_time === undefined ? now : parseTime(expiry.start_time);
  return (start ?? NaN) + (lengthMs(expiry.unit, expiry.duration) ?? NaN);
}

export function customOf(input: Partial<Record<keyof typeof customFields, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(customFields).flatMap((name) => {
      const value = input[name as keyof typeof customFields];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
