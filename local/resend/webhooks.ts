import type { LocalClock } from "../kit/clock.ts";
import { createDueQueue } from "../kit/due.ts";
import type { Store } from "../kit/store.ts";
import { type Delivery, mailStore } from "./model.ts";
import { signSvix } from "./sign.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The pause before each attempt, as Svix has it; the first is at once. */
const PAUSES = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
const ANSWER_WITHIN_MS = 15 * SECOND;

export interface Webhooks {
  /** Queues a webhook; false when no URL is configured. */
  queue(id: string, emailId: string, body: string): boolean;
  setUrl(url: string | undefined): void;
  close(): Promise<void>;
}

export function createWebhooks(store: Store, clock: LocalClock, secret: string, url: string | undefined): Webhooks {
  const mails = mailStore(store);
  let target = url;

  const deliveries = createDueQueue<Delivery>({
    items: mails.deliveries,
    clock,
    async run(delivery, signal) {
      const outcome = await attempt(delivery, secret, signal);
      if (signal.aborted) return undefined;
      const attempts = delivery.attempts + 1;
      note(delivery, attempts, outcome.text);
      const pause = PAUSES[attempts];
      if (outcome.ok || pause === undefined) return undefined;
      return { ...delivery, attempts, at: clock.now() + pause };
    },
  });

  function note(delivery: Delivery, attempts: number, outcome: string): void {
    const email = mails.emails.get(delivery.emailId);
    const event = email?.events.find((logged) => logged.webhook?.id === delivery.id);
    if (!email || !event) return;
    event.webhook = { id: delivery.id, attempts, outcome };
    mails.emails.put(email.id, email);
  }

  return {
    queue(id, emailId, body) {
      if (!target) return false;
      deliveries.add({ id, emailId, url: target, body, attempts: 0, at: clock.now() });
      return true;
    },
    setUrl: (next) => void (target = next),
    close: () => deliveries.close(),
  };
}

/** The timestamp is of the wall clock and new for each attempt; id and body stay. */
async function attempt({ id, url, body }: Delivery, secret: string, signal: AbortSignal): Promise<{ ok: boolean; text: string }> {
  const timestamp = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "user-agent": "Svix-Webhooks/1.0",
        "svix-id": id,
        "svix-timestamp": String(timestamp),
        "svix-signature": signSvix(secret, id, timestamp, body),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await response.body?.cancel();
    return { ok: response.ok, text: String(response.status) };
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}
