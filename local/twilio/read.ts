import type { Store } from "../kit/store.ts";
import { refuseUnknown, TwilioError } from "./errors.ts";
import { type Sms, smsStore } from "./model.ts";
import { countSegments } from "./segments.ts";

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 1000;

/** One message in Twilio's words; throws 20404. */
export function readSms(store: Store, accountSid: string, sid: string): unknown {
  const sms = smsStore(store).messages.get(sid);
  if (!sms) throw new TwilioError(20404);
  return smsResource(accountSid, sms);
}

const LISTED = ["PageSize", "Page", "To", "From", "DateSent", "DateSent>", "DateSent<"];

/**
 * The list, newest first, filtered by `To`, `From`, `DateSent`, `DateSent>`, `DateSent<` (UTC days or instants;
 * with a sign both ends count). A message not sent yet counts by when it was queued, so that one in doubt is found.
 */
export function listSms(store: Store, accountSid: string, query: URLSearchParams): unknown {
  refuseUnknown(query.keys(), LISTED);
  for (const name of query.keys()) if (query.getAll(name).length > 1 || query.get(name) === "") throw new TwilioError(20001);
  const size = Math.min(wholeNumber(query.get("PageSize"), DEFAULT_PAGE), LARGEST_PAGE);
  if (size === 0) throw new TwilioError(20001);
  const page = wholeNumber(query.get("Page"), 0);
  const to = query.get("To");
  const from = query.get("From");
  const onDate = dateFilter(query);
  const found = smsStore(store)
    .messages.all()
    .reverse()
    .filter((sms) => (!to || sms.to === to) && (!from || sms.from === from) && onDate(sms));
  const start = page * size;
  const messages = found.slice(start, start + size);

  function uri(number: number): string {
    const next = new URLSearchParams(query);
    next.set("PageSize", String(size));
    next.set("Page", String(number));
    return `${listPath(accountSid)}?${next}`;
  }
  return {
    messages: messages.map((sms) => smsResource(accountSid, sms)),
    page,
    page_size: size,
    start,
    end: Math.max(start, start + messages.length - 1),
    uri: uri(page),
    first_page_uri: uri(0),
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    next_page_uri: start + size < found.length ? uri(page + 1) : null,
  };
}

/** The resource as Twilio writes it: numbers as strings, dates in RFC 2822. */
export function smsResource(accountSid: string, sms: Sms): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sms.sid}`;
  return {
    sid: sms.sid,
    account_sid: accountSid,
    api_version: "2010-04-01",
    to: sms.to,
    from: sms.from,
    messaging_service_sid: sms.messagingServiceSid,
    body: sms.body,
    status: sms.status,
    direction: "outbound-api",
    num_segments: String(countSegments(sms.body)),
    num_media: "0",
    price: null,
    price_unit: "USD",
    error_code: sms.errorCode,
    error_message: null,
    date_created: rfc2822(sms.createdAt),
    date_updated: rfc2822(sms.updatedAt),
    date_sent: sms.sentAt === null ? null : rfc2822(sms.sentAt),
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  };
}

function dateFilter(query: URLSearchParams): (sms: Sms) => boolean {
  const [on, from, until] = ["DateSent", "DateSent>", "DateSent<"].map((name) => instant(query.get(name)));
  return (sms) => {
    const sent = sms.sentAt ?? sms.createdAt;
    if (on && sent.slice(0, 10) !== on.slice(0, 10)) return false;
    if (from && sent < from) return false;
    // A bare day as the upper end means the whole of it.
    return !until || sent.slice(0, until.length) <= until;
  };
}

/** A filter's value as the start of an ISO text: `2026-11-22`, or a whole instant. */
function instant(written: string | null): string | undefined {
  if (!written) return undefined;
  if (Number.isNaN(Date.parse(written))) throw new TwilioError(20001);
  return /^\d{4}-\d\d-\d\d$/.test(written) ? written : new Date(written).toISOString();
}

function wholeNumber(written: string | null, fallback: number): number {
  if (written === null) return fallback;
  if (!/^\d{1,6}$/.test(written)) throw new TwilioError(20001);
  return Number(written);
}

function listPath(accountSid: string): string {
  return `/2010-04-01/Accounts/${accountSid}/Messages.json`;
}

function rfc2822(iso: string): string {
  return new Date(iso).toUTCString().replace("GMT", "+0000");
}
