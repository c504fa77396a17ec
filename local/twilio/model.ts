import type { DueItem } from "../kit/due.ts";
import type { Collection, Store } from "../kit/store.ts";

export type SmsStatus = "queued" | "sending" | "sent" | "delivered" | "undelivered";

/** A text message; times are ISO, on the stand-in's clock. */
export interface Sms {
  sid: string;
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  statusCallback: string | null;
  status: SmsStatus;
  errorCode: number | null;
  createdAt: string;
  updatedAt: string;
  sentAt: string | null;
}

/** The statuses still to come for a message (its `id` is the sid). */
export interface SmsStep extends DueItem {
  statuses: SmsStatus[];
}

/** A status callback on its way. */
export interface Callback extends DueItem {
  url: string;
  params: Record<string, string>;
  retried: boolean;
}

export interface SmsStore {
  messages: Collection<Sms>;
  steps: Collection<SmsStep>;
  callbacks: Collection<Callback>;
}

export function smsStore(store: Store): SmsStore {
  return {
    messages: store.collection("twilio.messages"),
    steps: store.collection("twilio.steps"),
    callbacks: store.collection("twilio.callbacks"),
  };
}
