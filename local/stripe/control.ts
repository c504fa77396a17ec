import { z } from "zod";
import { thrown, type Controls } from "../kit/controls.ts";
import type { Reply } from "../kit/serve.ts";
import { decideDispute, DISPUTE_REASONS, openDispute } from "./disputes.ts";
import { faultReply, StripeFault } from "./errors.ts";
import { read } from "./form.ts";
import { answerChallenge, paySession } from "./pay.ts";
import { createRefund } from "./refunds.ts";
import { find, NO_REQUEST, type StripeState } from "./state.ts";

const amount = z.number().int().optional();
const paySchema = z.strictObject({ card: z.string(), email: z.string().optional(), name: z.string().optional() });
const challengeSchema = z.strictObject({ result: z.enum(["complete", "fail"]) });
const refundSchema = z.strictObject({ payment_intent: z.string(), amount });
const disputeSchema = z.strictObject({ payment_intent: z.string(), amount, reason: z.enum(DISPUTE_REASONS).default("fraudulent") });
const decisionSchema = z.strictObject({ status: z.enum(["won", "lost"]) });

/** What a test does in the place of a guest, of the dashboard or of the cardholder's bank, JSON in and out. */
export function stripeControls(state: StripeState): Controls {
  const act = <T>(schema: z.ZodType<T>, run: (input: T, id: string) => object) =>
    thrown(schema, (input, id) => guarded(() => ({ body: state.store.atomically(() => run(input, id)) })));
  const session = (id: string) => find(state.sessions, "checkout.session", id);
  return {
    "/_test/sessions/*/pay": act(paySchema, (form, id) => paySession(state, session(id), form)),
    "/_test/sessions/*/challenge": act(challengeSchema, ({ result }, id) => answerChallenge(state, session(id), result === "complete")),
    "/_test/refund": act(refundSchema, ({ payment_intent, amount: part }) => {
      const params = { payment_intent, ...(part === undefined ? {} : { amount: String(part) }) };
      return createRefund(state, read(params, ["payment_intent", "amount", "charge", "reason", "metadata"]), NO_REQUEST);
    }),
    "/_test/disputes": act(disputeSchema, ({ payment_intent, amount: part, reason }) => {
      const intent = find(state.intents, "payment_intent", payment_intent);
      const charge = find(state.charges, "charge", String(intent.latest_charge));
      return openDispute(state, charge, { amount: part ?? charge.amount_captured, reason });
    }),
    "/_test/disputes/*/close": act(decisionSchema, ({ status }, id) => decideDispute(state, id, status, NO_REQUEST)),
  };
}

function guarded(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (error instanceof StripeFault) return faultReply(error);
    throw error;
  }
}
