import { createAgenda, type Agenda, type Task } from "../kit/agenda.ts";
import { createClock } from "../kit/clock.ts";
import { gateControls, webhookControls } from "../kit/controls.ts";
import { createGate } from "../kit/gate.ts";
import { serve, type RawRequest, type Reply, type RunningServer, type ServeOptions } from "../kit/serve.ts";
import { openStore } from "../kit/store.ts";
import { createWebhooks, type WebhookRules } from "../kit/webhooks.ts";
import { browse } from "./browser.ts";
import { stripeControls } from "./control.ts";
import { faultReply, invalid, StripeFault, unauthorized } from "./errors.ts";
import { parseForm } from "./form.ts";
import { createKeyMemory, type KeyMemory } from "./idempotency.ts";
import { expireAuthorisation } from "./intents.ts";
import { decideRefund } from "./refunds.ts";
import { route } from "./routes.ts";
import { expireSession } from "./sessions.ts";
import { signStripe } from "./sign.ts";
import { newId, NO_REQUEST, type StripeState } from "./state.ts";

export { signStripe } from "./sign.ts";
export { REFUND_DECIDES_MS } from "./refunds.ts";
export type { Outcome } from "./pay.ts";

export interface StripeOptions extends Omit<ServeOptions, "controls" | "errorBody" | "privatePaths"> {
  /** The only accepted API key. */
  secretKey: string;
  /** Signs webhooks: the whole text, `whsec_` included. */
  webhookSecret: string;
  webhookUrl?: string;
  /** File of the durable store, or `:memory:`. */
  dataFile: string;
  /** Where a browser reaches the hosted page; the server's own address when not given. */
  publicUrl?: string;
}

/** A sandbox tries a failed webhook three times within hours. */
const RETRIES_MS = [10, 60, 180].map((minutes) => minutes * 60_000);

/** Starts the Stripe stand-in: `/v1/…`, the hosted page under `/c/…`, test controls under `/_test/…`. */
export async function startStripe(options: StripeOptions): Promise<RunningServer> {
  const clock = options.clock ?? createClock();
  const store = openStore(options.dataFile);
  const gate = createGate();
  const agenda: Agenda = createAgenda(store, clock, (task) => run(state, task));
  const webhooks = createWebhooks(store, clock, () => agenda, rulesFor(options.webhookSecret));
  const state: StripeState = {
    store,
    clock,
    agenda,
    webhooks,
    webhookUrl: options.webhookUrl,
    publicUrl: options.publicUrl ?? "",
    sessions: store.collection("sessions"),
    sessionPlans: store.collection("session_plans"),
    sessionOfIntent: store.collection("session_of_intent"),
    intents: store.collection("intents"),
    methods: store.collection("methods"),
    charges: store.collection("charges"),
    refunds: store.collection("refunds"),
    disputes: store.collection("disputes"),
    balance: store.collection("balance"),
    events: store.collection("events"),
  };
  const keys = createKeyMemory(state, gate);
  const server = await serve(
    (request) => {
      agenda.runDue();
      if (request.path.startsWith("/c/")) return browse(state, request);
      return guarded(() => callApi(state, keys, options.secretKey, request));
    },
    {
      ...options,
      clock,
      controls: { ...stripeControls(state), ...webhookControls(webhooks), ...gateControls(gate) },
      errorBody: (_, message) => ({ error: { type: "api_error", message } }),
    },
  );
  state.publicUrl ||= server.url;
  return {
    ...server,
    async close() {
      gate.open();
      agenda.close();
      webhooks.close();
      await server.close();
      store.close();
    },
  };
}

function rulesFor(secret: string): WebhookRules {
  return {
    // The wall clock, since the receiver compares the timestamp with its own.
    headers: (body) => ({
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signStripe(secret, Math.floor(Date.now() / 1000), body),
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }),
    retries: () => RETRIES_MS,
    timeoutMs: 20_000,
    maxRedirects: 0,
  };
}

function run(state: StripeState, { kind, ref }: Task): void {
  if (kind === "webhook") state.webhooks.attempt(ref);
  if (kind === "session" && state.sessions.get(ref)?.status === "open") {
    expireSession(state, ref, NO_REQUEST);
  }
  if (kind === "authorisation") expireAuthorisation(state, ref, NO_REQUEST);
  if (kind === "refund") decideRefund(state, ref);
}

async function guarded(call: () => Promise<Reply> | Reply): Promise<Reply> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof StripeFault)) throw error;
    const reply = faultReply(error);
    return { ...reply, headers: { "request-id": newId("req") } };
  }
}

async function callApi(state: StripeState, keys: KeyMemory, secretKey: string, request: RawRequest): Promise<Reply> {
  const given = apiKey(request.headers.authorization);
  if (given !== secretKey) throw unauthorized(given);
  const params = parseForm(readParams(request));
  const cause = {
    id: newId("req"),
    idempotency_key: request.headers["idempotency-key"] ?? null,
  };
  const reply = await keys.once(request, params, () => route(state, request.method, request.path, params, cause));
  return { ...reply, headers: { "request-id": cause.id, ...reply.headers } };
}

/** A call's parameters are in its body or in its query, by its method; elsewhere they would be dropped. */
function readParams({ method, query, body }: RawRequest): string {
  const isPost = method === "POST";
  if (isPost ? query.size > 0 : body.length > 0) {
    throw invalid(isPost ? "Parameters of a POST go into its body." : "Parameters of a GET go into its query.");
  }
  return isPost ? body.toString() : query.toString();
}

/** Bearer, or Basic with the key as the user's name. */
function apiKey(authorization = ""): string | undefined {
  const [scheme, value = ""] = authorization.split(" ");
  if (scheme?.toLowerCase() === "bearer") return value;
  if (scheme?.toLowerCase() === "basic") return Buffer.from(value, "base64").toString().split(":")[0];
  return undefined;
}
