import type { Stripe } from "stripe";
import { seeOther } from "../kit/page.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { finishAuthentication } from "./confirm.ts";
import { challengePage, messagePage, sessionPage, type LastTry } from "./pages.ts";
import { answerChallenge, paySession, type Outcome } from "./pay.ts";
import { NO_REQUEST, type StripeState } from "./state.ts";

/** The pages under `/c/`: the session's own, and the bank's challenge. */
export function browse(state: StripeState, request: RawRequest): Reply {
  const [, kind, id = ""] = /^\/c\/(pay|challenge)\/([^/]+)$/.exec(request.path) ?? [];
  const form = new URLSearchParams(request.body.toString());
  if (kind === "pay") return payPage(state, id, request.method, form);
  if (kind === "challenge") return answerPage(state, id, request.method, form);
  return notHere();
}

function payPage(state: StripeState, id: string, method: string, form: URLSearchParams): Reply {
  const session = state.sessions.get(id);
  if (!session) return notHere();
  if (method !== "POST") return sessionPage(state, session, { alert: lastError(state, session) });
  const filled = {
    card: form.get("card") ?? "",
    email: form.get("email") || undefined,
    name: form.get("name") || undefined,
  };
  const outcome = state.store.atomically(() => paySession(state, session, filled));
  return follow(state, id, outcome, filled);
}

function answerPage(state: StripeState, id: string, method: string, form: URLSearchParams): Reply {
  const intent = state.intents.get(id);
  if (!intent) return notHere();
  const session = state.sessions.get(state.sessionOfIntent.get(id) ?? "");
  if (intent.status !== "requires_action") {
    if (session) return seeOther(`${state.publicUrl}/c/pay/${session.id}`);
    return messagePage("3D Secure", "This authentication is over.", 200);
  }
  if (method !== "POST") return challengePage(intent);
  const passed = form.get("result") === "complete";
  if (session) {
    const outcome = state.store.atomically(() => answerChallenge(state, session, passed));
    // Back to the session's own address, since its form posts to where it was shown.
    return seeOther("next" in outcome ? outcome.next : `${state.publicUrl}/c/pay/${session.id}`);
  }
  return seeOther(state.store.atomically(() => returnOf(state, intent, passed)));
}

/** Where a challenge outside of Checkout sends the browser back to. */
function returnOf(state: StripeState, intent: Stripe.PaymentIntent, passed: boolean): string {
  const { error } = finishAuthentication(state, intent, passed, NO_REQUEST);
  const url = new URL(intent.next_action?.redirect_to_url?.return_url ?? state.publicUrl);
  url.searchParams.set("payment_intent", intent.id);
  url.searchParams.set("payment_intent_client_secret", String(intent.client_secret));
  url.searchParams.set("redirect_status", error ? "failed" : "succeeded");
  return url.href;
}

function follow(state: StripeState, sessionId: string, outcome: Outcome, filled: Omit<LastTry, "alert">): Reply {
  const session = state.sessions.get(sessionId);
  if (!session) return notHere();
  if (outcome.outcome === "succeeded" || outcome.outcome === "requires_action") {
    return seeOther(outcome.next);
  }
  const alert = outcome.outcome === "declined" ? outcome.message : undefined;
  return sessionPage(state, session, { email: filled.email, name: filled.name, alert });
}

function lastError(state: StripeState, session: Stripe.Checkout.Session): string | undefined {
  return state.intents.get(String(session.payment_intent))?.last_payment_error?.message;
}

function notHere(): Reply {
  return messagePage("Page not found", "There is no such payment.", 404);
}
