import type { Stripe } from "stripe";
import { newId, nowSeconds, type Cause, type StripeState } from "./state.ts";

export const API_VERSION = "2026-10-28.endive";

/** Writes the event and sends it to the webhook; call it in the transaction of the change. */
export function emit(state: StripeState, cause: Cause, type: string, object: object, previous?: object): void {
  const event = {
    id: newId("evt"),
    object: "event",
    api_version: API_VERSION,
    created: nowSeconds(state),
    data: previous ? { object, previous_attributes: previous } : { object },
    livemode: false,
    pending_webhooks: state.webhookUrl ? 1 : 0,
    request: cause,
    type,
  } as Stripe.Event;
  state.events.put(event.id, event);
  if (state.webhookUrl) state.webhooks.send(event.id, state.webhookUrl, JSON.stringify(event, null, 2));
}
