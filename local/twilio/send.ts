import { randomBytes } from "node:crypto";
import type { LocalClock } from "../kit/clock.ts";
import type { Store } from "../kit/store.ts";
import { refuseUnknown, TwilioError } from "./errors.ts";
import { type Sms, smsStore } from "./model.ts";
import type { Progress } from "./progress.ts";

const E164 = /^\+[1-9]\d{6,14}$/;
const BODY_LIMIT = 1600;
/** The one sender that test credentials own. */
const OWN_NUMBER = "+15005550006";
const BAD_FROM: Record<string, number> = {
  "+15005550001": 21212,
  "+15005550007": 21606,
  "+15005550008": 21611,
};
const BAD_TO: Record<string, number> = {
  "+15005550001": 21211,
  "+15005550002": 21612,
  "+15005550003": 21408,
  "+15005550004": 21610,
  "+15005550009": 21614,
};

/** What is read; pictures, schedules and validity periods are not served, so they are refused. */
const SENT = ["To", "From", "MessagingServiceSid", "Body", "StatusCallback"] as const;

/** Accepts a message, or throws a `TwilioError` with the code of the first thing wrong. There is no idempotency key. */
export function sendSms(store: Store, clock: LocalClock, progress: Progress, form: URLSearchParams): Sms {
  refuseUnknown(form.keys(), SENT);
  for (const name of SENT) if (form.getAll(name).length > 1) throw new TwilioError(20001);
  const to = form.get("To") ?? "";
  const from = form.get("From");
  const service = form.get("MessagingServiceSid");
  const body = form.get("Body") ?? "";
  const statusCallback = form.get("StatusCallback");
  checkTo(to);
  checkSender(from, service);
  if (body === "") throw new TwilioError(21602);
  if (body.length > BODY_LIMIT) throw new TwilioError(21617);
  if (body.includes("\0") || !body.isWellFormed()) throw new TwilioError(20001);
  if (statusCallback !== null && (!/^https?:\/\//i.test(statusCallback) || !URL.canParse(statusCallback))) throw new TwilioError(21609);
  const now = new Date(clock.now()).toISOString();
  const sms: Sms = {
    sid: `SM${randomBytes(16).toString("hex")}`,
    to,
    from,
    messagingServiceSid: service,
    body,
    statusCallback,
    status: "queued",
    errorCode: null,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
  };
  store.atomically(() => {
    smsStore(store).messages.put(sms.sid, sms);
    progress.begin(sms);
  });
  return sms;
}

function checkTo(to: string): void {
  if (to === "") throw new TwilioError(21604);
  const magic = Object.hasOwn(BAD_TO, to) ? BAD_TO[to] : undefined;
  if (magic) throw new TwilioError(magic);
  if (!E164.test(to)) throw new TwilioError(21211);
}

function checkSender(from: string | null, service: string | null): void {
  if (!from && !service) throw new TwilioError(21603);
  if (service !== null && !/^MG[0-9a-f]{32}$/i.test(service)) throw new TwilioError(21701);
  if (from === null) return;
  const magic = Object.hasOwn(BAD_FROM, from) ? BAD_FROM[from] : undefined;
  if (magic) throw new TwilioError(magic);
  if (!E164.test(from)) throw new TwilioError(21212);
  if (from !== OWN_NUMBER) throw new TwilioError(21606);
}
