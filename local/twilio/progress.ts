import { randomUUID } from "node:crypto";
import type { LocalClock } from "../kit/clock.ts";
import { createDueQueue } from "../kit/due.ts";
import type { Store } from "../kit/store.ts";
import { type Callback, type Sms, type SmsStatus, smsStore } from "./model.ts";
import { signTwilio } from "./sign.ts";

const STEP_MS = 150;
const RETRY_MS = 1000;
const ANSWER_WITHIN_MS = 15_000;
/** Our own magic numbers, since test credentials have none: +15005530003 ends undelivered with error 30003. */
const UNDELIVERED = /^\+150055(3000[3-8])$/;

export interface Progress {
  /** Reports `queued`, then moves the message to `sending`, `sent` and its end. */
  begin(sms: Sms): void;
  close(): Promise<void>;
}

/** Moves messages through their statuses on the clock and tells each to the message's `StatusCallback`. */
export function createProgress(store: Store, clock: LocalClock, accountSid: string, authToken: string): Progress {
  const { messages, steps: stored, callbacks } = smsStore(store);

  const deliveries = createDueQueue<Callback>({
    items: callbacks,
    clock,
    async run(callback, signal) {
      const reached = await post(callback, authToken, signal);
      // As Twilio: one more try when no answer came; any answer is an answer.
      if (reached || callback.retried) return undefined;
      return { ...callback, retried: true, at: clock.now() + RETRY_MS };
    },
  });

  const steps = createDueQueue({
    items: stored,
    clock,
    run({ id, statuses: [status, ...rest] }) {
      if (status) store.atomically(() => move(id, status));
      return rest.length > 0 ? { id, at: clock.now() + STEP_MS, statuses: rest } : undefined;
    },
  });

  function move(sid: string, status: SmsStatus): void {
    const sms = messages.get(sid);
    if (!sms) return;
    sms.status = status;
    sms.updatedAt = new Date(clock.now()).toISOString();
    if (status === "sent") sms.sentAt = sms.updatedAt;
    if (status === "undelivered") sms.errorCode = Number(UNDELIVERED.exec(sms.to)?.[1]);
    messages.put(sid, sms);
    callBack(sms);
  }

  function callBack(sms: Sms): void {
    if (!sms.statusCallback) return;
    const params: Record<string, string> = {
      AccountSid: accountSid,
      ApiVersion: "2010-04-01",
      MessageSid: sms.sid,
      MessageStatus: sms.status,
      SmsSid: sms.sid,
      SmsStatus: sms.status,
      To: sms.to,
    };
    if (sms.from) params["From"] = sms.from;
    if (sms.messagingServiceSid) params["MessagingServiceSid"] = sms.messagingServiceSid;
    if (sms.errorCode !== null) params["ErrorCode"] = String(sms.errorCode);
    deliveries.add({
      id: randomUUID(),
      at: clock.now(),
      url: sms.statusCallback,
      params,
      retried: false,
    });
  }

  return {
    begin(sms) {
      callBack(sms);
      const end: SmsStatus = UNDELIVERED.test(sms.to) ? "undelivered" : "delivered";
      steps.add({ id: sms.sid, at: clock.now() + STEP_MS, statuses: ["sending", "sent", end] });
    },
    async close() {
      await steps.close();
      await deliveries.close();
    },
  };
}

async function post(callback: Callback, authToken: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(callback.url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "user-agent": "TwilioProxy/1.1",
        "x-twilio-signature": signTwilio(authToken, callback.url, callback.params),
        "i-twilio-idempotency-token": callback.id,
      },
      body: new URLSearchParams(callback.params).toString(),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
