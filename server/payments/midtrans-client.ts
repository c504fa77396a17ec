import { z } from "zod";
import type { Config } from "../platform/config.ts";
import { callOutside, isTransient, OutsideError, type OutsideKind } from "../platform/outside.ts";

const TIMEOUT_MS = 15_000;

const refundSchema = z.object({
  refund_chargeback_id: z.union([z.string(), z.number()]).optional(),
  refund_amount: z.string(),
  refund_key: z.string().optional(),
  created_at: z.string().optional(),
  bank_confirmed_at: z.string().optional(),
});

/** An answer of the Core API; amounts are decimal strings ("145000.00"), times are Jakarta's without a zone. */
const answerSchema = z.object({
  /** The real status: HTTP's is 200 for most failures. */
  status_code: z.coerce.string(),
  status_message: z.string().optional(),
  transaction_id: z.string().optional(),
  order_id: z.string().optional(),
  gross_amount: z.string().optional(),
  currency: z.string().optional(),
  payment_type: z.string().optional(),
  transaction_status: z.string().optional(),
  fraud_status: z.string().optional(),
  expiry_time: z.string().optional(),
  va_numbers: z.array(z.object({ bank: z.string(), va_number: z.string() })).optional(),
  permata_va_number: z.string().optional(),
  bill_key: z.string().optional(),
  biller_code: z.string().optional(),
  payment_code: z.string().optional(),
  store: z.string().optional(),
  settlement_time: z.string().optional(),
  refund_amount: z.string().optional(),
  refunds: z.array(refundSchema).optional(),
  metadata: z
    .object({ extra_info: z.object({ gross_amount_info: z.object({ original_amount: z.coerce.string() }).optional() }).optional() })
    .nullish()
    .catch(undefined),
});
export type MidtransAnswer = z.infer<typeof answerSchema>;

const pageSchema = z.object({ token: z.string(), redirect_url: z.url() });

export interface MidtransClient {
  createPage(body: unknown, idempotencyKey: string): Promise<{ redirectUrl: string }>;
  /** The body, whatever its `status_code`; throws only where there is no answer to decide on. */
  core(method: "GET" | "POST", path: string, body?: unknown, idempotencyKey?: string): Promise<MidtransAnswer>;
}

export function midtransClient(config: Config, serverKey: string): MidtransClient {
  const authorization = `Basic ${btoa(`${serverKey}:`)}`;

  async function send(url: string, method: "GET" | "POST", body: unknown, idempotencyKey: string | undefined): Promise<unknown> {
    const headers: Record<string, string> = { accept: "application/json", authorization };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
    const response = await callOutside("midtrans", url, { method, headers, body: body === undefined ? null : JSON.stringify(body), timeoutMs: TIMEOUT_MS });
    return response.json().catch((cause: unknown) => {
      throw new OutsideError("midtrans", "unreadable", { status: response.status, cause });
    });
  }

  return {
    async createPage(body, idempotencyKey) {
      let raw: unknown;
      try {
        raw = await send(`${config.MIDTRANS_SNAP_BASE}/snap/v1/transactions`, "POST", body, idempotencyKey);
      } catch (error) {
        throw isTaken(error) ? new OutsideError("midtrans", "refused", { code: "order_taken", cause: error }) : error;
      }
      const answer = pageSchema.safeParse(raw);
      if (answer.success) return { redirectUrl: answer.data.redirect_url };
      const { data } = answerSchema.safeParse(raw);
      throw (data && failureOf(data)) ?? new OutsideError("midtrans", "unreadable", { cause: answer.error });
    },
    async core(method, path, body, idempotencyKey) {
      let raw: unknown;
      try {
        raw = await send(`${config.MIDTRANS_API_BASE}/v2/${path}`, method, body, idempotencyKey);
      } catch (error) {
        raw = isTransient(error) ? undefined : bodyOf(error);
        if (raw === undefined) throw error;
      }
      const answer = answerSchema.safeParse(raw);
      if (!answer.success) throw new OutsideError("midtrans", "unreadable", { cause: answer.error });
      const failure = failureOf(answer.data);
      if (failure) throw failure;
      return answer.data;
    },
  };
}

/** For the answers that no caller expected. */
export function refusedBy(answer: MidtransAnswer): OutsideError {
  return new OutsideError("midtrans", "refused", { code: answer.status_code });
}

/** The JSON of a failure that HTTP told too. */
function bodyOf(error: unknown): unknown {
  if (!(error instanceof OutsideError) || typeof error.cause !== "string") return undefined;
  try {
    const body: unknown = JSON.parse(error.cause);
    return typeof body === "object" && body !== null && "status_code" in body ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Snap tells a used order id by its words only, in either language. */
function isTaken(error: unknown): boolean {
  return error instanceof OutsideError && error.status === 400 && /order_id.*(taken|digunakan)/i.test(String(error.cause));
}

/** A failure that may pass, if it is one. 202 without a transaction: the same key is still at work. */
function failureOf(answer: MidtransAnswer): OutsideError | undefined {
  const code = answer.status_code;
  const busy = code === "429" || (code === "202" && !answer.transaction_status);
  const kind: OutsideKind | undefined = busy ? "busy" : code.startsWith("5") ? "server" : undefined;
  return kind && new OutsideError("midtrans", kind, { code });
}
