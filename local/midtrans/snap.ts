import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { notifyUrls } from "./notify.ts";
import type { MidtransState, Order, PaymentType } from "./state.ts";
import { lengthMs, parseTime } from "./time.ts";

const TOKEN_LIFE_MS = 24 * 3600 * 1000;

export const orderIdSchema = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[A-Za-z0-9\-_~.]+$/, "contains characters that are not allowed");
export const amountSchema = z.number().int("must be whole rupiah").min(1).max(999_999_999_999);
export const itemSchema = z.object({
  name: z.string().max(50),
  price: z.number().int(),
  quantity: z.number().int().min(1),
});
const lengthSchema = z.object({ unit: z.string(), duration: z.number().int().min(1) });

const snapSchema = z.object({
  transaction_details: z.object({ order_id: orderIdSchema, gross_amount: amountSchema }),
  credit_card: z
    .object({
      secure: z.boolean().default(false),
      type: z.enum(["authorize", "authorize_capture"]).optional(),
    })
    .default({ secure: false }),
  item_details: z.array(itemSchema).default([]),
  customer_details: z.object({ email: z.string().optional() }).optional(),
  enabled_payments: z.array(z.string()).optional(),
  callbacks: z.object({ finish: z.url().optional() }).optional(),
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
  const order: Order = {
    orderId,
    amount,
    items: input.item_details,
    email: input.customer_details?.email,
    methods: methodsOf(input.enabled_payments),
    secure: input.credit_card.secure,
    authorizeOnly: input.credit_card.type === "authorize",
    finishUrl: input.callbacks?.finish,
    expiresAt,
    pageExpiresAt: Math.min(pageLife, expiresAt ?? Infinity),
    token: randomUUID(),
    notify: notifyUrls(state.notificationUrl, request.headers),
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

function methodsOf(enabled: string[] | undefined): PaymentType[] {
  const all: PaymentType[] = ["credit_card", "bank_transfer", "qris"];
  if (!enabled) return all;
  const names: Record<PaymentType, (name: string) => boolean> = {
    credit_card: (name) => name === "credit_card",
    bank_transfer: (name) => name === "bank_transfer" || name.endsWith("_va"),
    qris: (name) => name === "qris" || name === "other_qris" || name === "gopay",
  };
  return all.filter((method) => enabled.some(names[method]));
}
