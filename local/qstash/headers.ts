import { Refused } from "./model.ts";

/** Headers of one connection; forwarded, they would break the delivery. */
export const HOP_BY_HOP: readonly string[] = ["connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** What only a schedule's making takes. */
export const SCHEDULE_HEADERS: readonly string[] = ["upstash-cron", "upstash-schedule-id", "upstash-queue-name"];
const KNOWN: readonly string[] = [
  "upstash-method",
  "upstash-retries",
  "upstash-retry-delay",
  "upstash-delay",
  "upstash-not-before",
  "upstash-timeout",
  "upstash-callback",
  "upstash-failure-callback",
  "upstash-deduplication-id",
  "upstash-content-based-deduplication",
  "upstash-label",
  "upstash-flow-control-key",
  "upstash-flow-control-value",
  "upstash-redact-fields",
];
/** A callback's own, behind its prefix. */
export const CALLBACK_OPTIONS = /^(method|timeout|retries|retry-delay|delay|label|forward-.+)$/;
const KNOWN_PREFIXES = ["upstash-forward-", "upstash-callback-", "upstash-failure-callback-", "upstash-telemetry-"];

/** Whether a text is a URL that a message can go to. */
export function isDestination(url: string): boolean {
  // oxlint-disable-next-line no-control-regex -- what no request line can hold
  return /^https?:\/\//i.test(url) && URL.canParse(url) && !/[\0-\x20\x7f]/.test(url) && url.isWellFormed();
}

/** @throws Refused for the headers of `@upstash/workflow`: its runs would begin, and end at their first step */
export function refuseWorkflow(names: Iterable<string>): void {
  for (const name of names) {
    if (name.toLowerCase().includes("upstash-workflow-")) throw new Refused(400, "workflows are not served here");
  }
}

export function refuseUnknownHeaders(headers: Record<string, string>): void {
  refuseWorkflow(Object.keys(headers));
  for (const name of Object.keys(headers)) {
    if (!name.startsWith("upstash-") || KNOWN.includes(name) || KNOWN_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    throw new Refused(400, `unknown header: ${name}`);
  }
}
