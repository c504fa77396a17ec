import { z } from "zod";
import type { Gate } from "../kit/gate.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { webhookFaultSchema } from "../kit/webhooks.ts";
import { notFound } from "./answers.ts";
import { moveSchema } from "./browser.ts";
import { answer3ds, play } from "./pay.ts";
import { refund } from "./refund.ts";
import { findTransaction, type MidtransState } from "./state.ts";
import { settle } from "./transactions.ts";
import { view } from "./view.ts";

const challengeSchema = z.object({ result: z.enum(["complete", "fail"]) });
const refundSchema = z.object({ order_id: z.string(), amount: z.number().int().optional() });
const gateSchema = z.object({ open: z.boolean() });

/**
 * What a test does in the place of a guest or of the dashboard, JSON in and out:
 * `orders/{order_id}/pay` with a move of the page (`{do:"card",card}`, `{do:"transfer"}` …),
 * `orders/{order_id}/challenge {result}`, `orders/{order_id}/settle` (the bank's late word, whatever
 * the status), `refund`, `webhooks`, and
 * `gate {open}`, which holds keyed POSTs in the middle of their execution.
 */
export function control(state: MidtransState, gate: Gate, request: RawRequest): Reply {
  const path = request.path.slice("/_test/".length);
  if (request.method !== "POST") return { body: { waiting: gate.waiting() } };
  const input: unknown = JSON.parse(request.body.toString() || "{}");
  const [, id = "", verb] = /^orders\/([^/]+)\/(pay|challenge|settle)$/.exec(path) ?? [];
  return state.store.atomically(() => {
    if (verb === "pay") {
      const order = state.orders.get(id);
      if (!order) throw notFound();
      return { body: play(state, order, moveSchema.parse(input)) };
    }
    if (verb === "challenge") {
      const transaction = findTransaction(state, id);
      if (!transaction) throw notFound();
      return {
        body: answer3ds(state, transaction, challengeSchema.parse(input).result === "complete"),
      };
    }
    if (verb === "settle") {
      const transaction = findTransaction(state, id);
      if (!transaction) throw notFound();
      return { body: view(state, settle(state, transaction), "Success, transaction is found") };
    }
    if (path === "refund") {
      const { order_id, amount } = refundSchema.parse(input);
      const refunded = refund(state, order_id, { amount }, true);
      return { body: view(state, refunded, "Success, refund request is approved") };
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
