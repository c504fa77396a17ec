import type { LocalClock } from "../kit/clock.ts";
import { createClock } from "../kit/clock.ts";
import type { FaultSwitch } from "../kit/faults.ts";
import { serve, type RunningServer } from "../kit/serve.ts";
import { openStore, type Store } from "../kit/store.ts";
import { createInbox } from "../inbox/routes.ts";
import { createApi } from "./api.ts";
import { createEvents } from "./events.ts";
import { createIdempotency } from "./idempotency.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createWebhooks } from "./webhooks.ts";

export interface ResendOptions {
  apiKey: string;
  /** `whsec_…`, signs the webhooks. */
  webhookSecret: string;
  /** Where events are posted; none are sent without it. */
  webhookUrl?: string;
  /** The SQLite file, or `:memory:`. */
  dataFile: string;
  /** The SMS stand-in's store, so that the inbox shows text messages too. */
  smsStore?: Store;
  /** Calls per second before 429; the vendor's own by default. */
  rateLimit?: number;
  port?: number;
  clock?: LocalClock;
  faults?: FaultSwitch;
}

export interface RunningResend extends RunningServer {
  store: Store;
  /** For a receiver whose port is known only after this start. */
  setWebhookUrl(url: string | undefined): void;
}

/** What Resend allows a team by default. */
const VENDOR_RATE = 5;

/** Starts the Resend stand-in on 127.0.0.1, with the web inbox at `/inbox`. */
export async function startResend(options: ResendOptions): Promise<RunningResend> {
  const clock = options.clock ?? createClock();
  const store = openStore(options.dataFile);
  const webhooks = createWebhooks(store, clock, options.webhookSecret, options.webhookUrl);
  const events = createEvents(store, clock, webhooks);
  const api = createApi({
    apiKey: options.apiKey,
    desk: { store, clock, events },
    idempotency: createIdempotency(store, clock),
    rateLimit: createRateLimit(options.rateLimit ?? VENDOR_RATE, clock),
  });
  const inbox = createInbox({ mail: store, sms: options.smsStore, events });

  async function stop(): Promise<void> {
    await events.close();
    await webhooks.close();
    store.close();
  }
  try {
    const server = await serve((request) => (/^\/inbox(\/|$)/.test(request.path) ? inbox(request) : api(request)), {
      port: options.port,
      clock,
      faults: options.faults,
      privatePaths: ["/inbox"],
      errorBody: (statusCode, message) => ({ statusCode, name: "application_error", message }),
    });
    return {
      ...server,
      store,
      setWebhookUrl: webhooks.setUrl,
      async close() {
        await server.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
