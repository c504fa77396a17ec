import { signStripe } from "../../local/stripe/index.ts";
import type { World } from "./world.ts";

/** Somebody who doesn't have the vendor's secret says that a guest has paid. Anything but a refusal is a violation. */
export async function forgeWebhook(world: World, vendor: "stripe" | "midtrans"): Promise<void> {
  const body = vendor === "stripe" ? stripeEvent() : midtransNotice();
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (vendor === "stripe") headers["stripe-signature"] = signStripe("whsec_of_somebody_else", Math.floor(Date.now() / 1000), body);
  const answer = await fetch(`${world.url}/webhooks/${vendor}`, { method: "POST", body, headers }).catch(() => undefined);
  if (answer && answer.status !== 401) world.tally.violations.push(`a forged webhook of ${vendor} was answered with ${answer.status}`);
}

function stripeEvent(): string {
  const session = { id: "cs_test_forged", object: "checkout.session", payment_status: "paid", status: "complete" };
  return JSON.stringify({ id: "evt_forged", object: "event", type: "checkout.session.completed", data: { object: session } });
}

function midtransNotice(): string {
  return JSON.stringify({ order_id: "forged", status_code: "200", gross_amount: "1.00", transaction_status: "settlement", signature_key: "0".repeat(128) });
}
