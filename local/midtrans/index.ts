import { createAgenda, type Agenda } from "../kit/agenda.ts";
import { createClock } from "../kit/clock.ts";
import { gateControls, webhookControls } from "../kit/controls.ts";
import { createGate } from "../kit/gate.ts";
import { serve, type RawRequest, type Reply, type RunningServer, type ServeOptions } from "../kit/serve.ts";
import { openStore } from "../kit/store.ts";
import { createWebhooks, type WebhookRules } from "../kit/webhooks.ts";
import { MidtransFault } from "./answers.ts";
import { browse } from "./browser.ts";
import { midtransControls } from "./control.ts";
import { createKeyMemory } from "./idempotency.ts";
import { refusal, route } from "./routes.ts";
import { snapErrors } from "./snap.ts";
import type { MidtransState } from "./state.ts";
import { onDue } from "./transactions.ts";

export { signMidtrans } from "./sign.ts";
export { AUTHORISATION_MS, CARD_STEP_MS, SETTLES_AFTER_MS } from "./transactions.ts";
export type { Outcome } from "./pay.ts";

export interface MidtransOptions extends Omit<ServeOptions, "controls" | "errorBody" | "privatePaths"> {
  /** The only accepted key; it signs notifications too. */
  serverKey: string;
  /** The dashboard's notification address. */
  notificationUrl?: string;
  /** File of the durable store, or `:memory:`. */
  dataFile: string;
  /** Where a browser reaches the hosted pages; the server's own address when not given. */
  publicUrl?: string;
}

const MINUTE = 60_000;
const FIVE_TRIES = [2, 10, 30, 90, 210].map((minutes) => minutes * MINUTE);
const RULES: WebhookRules = {
  headers: () => ({ "content-type": "application/json", "user-agent": "Veritrans" }),
  retries(status) {
    if (status === 500) return FIVE_TRIES.slice(0, 1);
    if (status === 503) return FIVE_TRIES.slice(0, 4);
    if (status === 400 || status === 404) return FIVE_TRIES.slice(0, 2);
    if (status === 301 || status === 302 || status === 303) return [];
    return FIVE_TRIES;
  },
  timeoutMs: 15_000,
  maxRedirects: 5,
};

/** Starts the Midtrans stand-in, Snap and Core on one port, with hosted pages and controls under `/_test/…`. */
export async function startMidtrans(options: MidtransOptions): Promise<RunningServer> {
  const clock = options.clock ?? createClock();
  const store = openStore(options.dataFile);
  const gate = createGate();
  const agenda: Agenda = createAgenda(store, clock, ({ kind, ref }) => {
    if (kind === "webhook") state.webhooks.attempt(ref);
    else onDue(state, kind, ref);
  });
  const webhooks = createWebhooks(store, clock, () => agenda, RULES);
  const state: MidtransState = {
    store,
    clock,
    agenda,
    webhooks,
    serverKey: options.serverKey,
    notificationUrl: options.notificationUrl,
    publicUrl: options.publicUrl ?? "",
    orders: store.collection("orders"),
    tokens: store.collection("tokens"),
    transactions: store.collection("transactions"),
    cardTokens: store.collection("card_tokens"),
  };
  const keys = createKeyMemory(state, gate);
  const server = await serve(
    (request): Promise<Reply> | Reply => {
      agenda.runDue();
      const isSnap = request.path.startsWith("/snap/v1/");
      if (!isSnap && !request.path.startsWith("/v2/")) return browse(state, request);
      if (request.path !== "/v2/token" && !hasKey(request, options.serverKey)) return denied(isSnap);
      return keys.once(request, () => route(state, request));
    },
    {
      ...options,
      clock,
      controls: { ...midtransControls(state), ...webhookControls(webhooks), ...gateControls(gate) },
      errorBody: (status, message) => ({ status_code: String(status), status_message: message }),
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

/** Basic, the key as the user's name and no password. */
function hasKey(request: RawRequest, serverKey: string): boolean {
  const expected = Buffer.from(`${serverKey}:`).toString("base64");
  return request.headers.authorization === `Basic ${expected}`;
}

function denied(isSnap: boolean): Reply {
  const message = "Access denied due to unauthorized transaction, please check client or server key";
  return isSnap ? snapErrors(401, [message]) : refusal(new MidtransFault("401", message));
}
