import { z } from "zod";
import type { Gate } from "../kit/gate.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { webhookFaultSchema } from "../kit/webhooks.ts";
import { read } from "./form.ts";
import { answerChallenge, paySession } from "./pay.ts";
import { createRefund } from "./refunds.ts";
import { find, NO_REQUEST, type StripeState } from "./state.ts";

const paySchema = z.object({
  card: z.string(),
  email: z.string().optional(),
  name: z.string().optional(),
});
const challengeSchema = z.object({ result: z.enum(["complete", "fail"]) });
const refundSchema = z.object({ payment_intent: z.string(), amount: z.number().int().optional() });
const gateSchema = z.object({ open: z.boolean() });

/**
 * What a test does in the place of a guest or of the dashboard, JSON in and out:
 * `sessions/{id}/pay`, `sessions/{id}/challenge`, `refund`, `webhooks`, and
 * `gate {open}`, which holds keyed POSTs in the middle of their execution.
 */
export function control(state: StripeState, gate: Gate, request: RawRequest): Reply {
  const path = request.path.slice("/_test/".length);
  if (request.method !== "POST") return { body: { waiting: gate.waiting() } };
  const input: unknown = JSON.parse(request.body.toString() || "{}");
  const [, id = "", verb] = /^sessions\/([^/]+)\/(pay|challenge)$/.exec(path) ?? [];
  return state.store.atomically(() => {
    if (verb === "pay") {
      return {
        body: paySession(state, find(state.sessions, "checkout.session", id), paySchema.parse(input)),
      };
    }
    if (verb === "challenge") {
      const passed = challengeSchema.parse(input).result === "complete";
      return { body: answerChallenge(state, find(state.sessions, "checkout.session", id), passed) };
    }
    if (path === "refund") {
      const { payment_intent, amount } = refundSchema.parse(input);
      const params = {
        payment_intent,
        ...(amount === undefined ? {} : { amount: String(amount) }),
      };
      return { body: createRefund(state, read(params, []), NO_REQUEST) };
    }
    if (path === "webhooks") {
      return { body: { left: state.webhooks.fault(webhookFaultSchema.parse(input)) } };
    }
    if (path === "gate") {
      if (gateSchema.parse(input).open) gate.open();
      else gate.close();
      return { body: { waiting: gate.waiting() } };
    }
    return { status: 404, body: { error: `unknown test control: ${path}` } };
  });
}
