import { z } from "zod";
import type { Agenda } from "./agenda.ts";
import type { LocalClock } from "./clock.ts";
import type { Store } from "./store.ts";

/**
 * What happens to the next `calls` webhooks of a stand-in.
 * - `lose`: never sent, nor tried again
 * - `duplicate`: sent twice
 * - `delay`: sent `delayMs` later on the kit's clock
 * - `reorder`: held until `calls` of them are there, then sent last first (or a minute later)
 */
export const webhookFaultSchema = z.strictObject({
  mode: z.enum(["lose", "duplicate", "delay", "reorder"]),
  calls: z.number().int().min(1).default(1),
  delayMs: z.number().int().min(0).default(60_000),
});
export type WebhookFault = z.infer<typeof webhookFaultSchema>;

interface Delivery {
  id: string;
  url: string;
  body: string;
  attempts: number;
}

export interface WebhookRules {
  /** Headers of one attempt, signature included. */
  headers(body: string): Record<string, string>;
  /** Waits before each retry after an answer with this status (undefined: none came), in milliseconds. */
  retries(status: number | undefined): number[];
  timeoutMs: number;
  /** How many 307/308 are followed; every other redirect is an answer like any. */
  maxRedirects: number;
}

export interface Webhooks {
  /** The agenda's kind for deliveries; its tasks go to `attempt`. */
  kind: "webhook";
  send(id: string, url: string, body: string): void;
  attempt(id: string): void;
  /** @returns how many calls were left of the one that it takes the place of; undefined: there was none */
  fault(fault: WebhookFault): number | undefined;
  close(): void;
}

const HELD_MS = 60_000;

/** Sends signed webhooks at least once, with the vendor's retries on the kit's clock; order is not promised. */
export function createWebhooks(store: Store, clock: LocalClock, agenda: () => Agenda, rules: WebhookRules): Webhooks {
  const deliveries = store.collection<Delivery>("deliveries");
  const inFlight = new Set<string>();
  const closing = new AbortController();
  let fault: WebhookFault | undefined;
  let held: string[] = [];

  function queue(delivery: Delivery, at: number): void {
    deliveries.put(delivery.id, delivery);
    agenda().plan("webhook", delivery.id, at);
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const attempts = delivery.attempts + 1;
    const status = await post(delivery, rules, closing.signal);
    inFlight.delete(delivery.id);
    if (closing.signal.aborted) return;
    const ok = status !== undefined && status >= 200 && status < 300;
    const wait = ok ? undefined : rules.retries(status)[delivery.attempts];
    if (wait !== undefined) return queue({ ...delivery, attempts }, clock.now() + wait);
    agenda().cancel("webhook", delivery.id);
    deliveries.delete(delivery.id);
  }

  async function deliverInOrder(ids: string[]): Promise<void> {
    for (const id of ids) {
      const delivery = deliveries.get(id);
      if (!delivery || inFlight.has(id)) continue;
      inFlight.add(id);
      await deliver(delivery);
    }
  }

  function hold(delivery: Delivery, last: boolean): void {
    held.push(delivery.id);
    queue(delivery, clock.now() + HELD_MS);
    if (!last) return;
    const ids = held.toReversed();
    held = [];
    // Sent one after the other, and outside of the transaction that made the last of them.
    setImmediate(() => void deliverInOrder(ids));
  }

  return {
    kind: "webhook",
    send(id, url, body) {
      const delivery: Delivery = { id, url, body, attempts: 0 };
      const current = fault;
      if (current) {
        current.calls -= 1;
        if (current.calls === 0) fault = undefined;
      }
      if (current?.mode === "lose") return;
      if (current?.mode === "reorder") return hold(delivery, current.calls === 0);
      queue(delivery, clock.now() + (current?.mode === "delay" ? current.delayMs : 0));
      if (current?.mode === "duplicate") queue({ ...delivery, id: `${id}+` }, clock.now());
    },
    attempt(id) {
      const delivery = deliveries.get(id);
      if (!delivery) return;
      // A lease, so that a crash in the middle of the call does not lose the webhook.
      agenda().plan("webhook", id, clock.now() + 2 * rules.timeoutMs);
      if (inFlight.has(id)) return;
      inFlight.add(id);
      setImmediate(() => void deliver(delivery));
    },
    fault(input) {
      const left = fault?.calls;
      fault = { ...input };
      return left;
    },
    close: () => closing.abort(),
  };
}

async function post(delivery: Delivery, rules: WebhookRules, closing: AbortSignal): Promise<number | undefined> {
  let url = delivery.url;
  try {
    for (let hops = 0; ; hops += 1) {
      const response = await fetch(url, {
        method: "POST",
        headers: rules.headers(delivery.body),
        body: delivery.body,
        redirect: "manual",
        signal: AbortSignal.any([closing, AbortSignal.timeout(rules.timeoutMs)]),
      });
      await response.arrayBuffer();
      const location = response.headers.get("location");
      const follow = (response.status === 307 || response.status === 308) && location;
      if (!follow || hops >= rules.maxRedirects) return response.status;
      url = new URL(location, url).href;
    }
  } catch {
    return undefined;
  }
}
