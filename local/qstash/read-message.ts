import { randomUUID } from "node:crypto";
import { parseDuration } from "./duration.ts";
import { parseExpression } from "./expression.ts";
import { Refused, type CallbackTarget, type FlowControl, type Message } from "./model.ts";
import { hashBody } from "./sign.ts";

interface PublishInput {
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  queue?: string;
  callerIp: string;
  /** The stand-in's clock. */
  now: number;
}

export const MAX_BODY = 1024 * 1024;
const MAX_DELAY_MS = 365 * 86_400_000;
const DEFAULT_RETRIES = 3;

/** Makes a message of a publish request. @throws Refused when a header or the destination is not valid */
export function readMessage(input: PublishInput): Message {
  const { url, headers, body, now } = input;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new Refused(400, `invalid destination url: ${url}: must start with http:// or https://`);
  }
  if (body.length > MAX_BODY) throw new Refused(413, "message body is larger than 1 MB");
  for (const [name, value] of Object.entries(headers)) {
    // A batch brings headers as JSON, which can hold what HTTP and Postgres can't.
    if (/[\0\r\n]/.test(value) || !value.isWellFormed()) throw new Refused(400, `invalid header ${name}`);
  }
  const retryDelay = headers["upstash-retry-delay"];
  if (retryDelay !== undefined) checkExpression(retryDelay);
  const forwarded = readForwarded(headers);
  return {
    id: `msg_${randomUUID().replaceAll("-", "")}`,
    url,
    method: (headers["upstash-method"] ?? "POST").toUpperCase(),
    headers: forwarded,
    body: body.toString("base64"),
    retries: readCount(headers["upstash-retries"], "Upstash-Retries") ?? DEFAULT_RETRIES,
    retried: 0,
    retryDelay,
    timeoutMs: readDuration(headers["upstash-timeout"], "Upstash-Timeout"),
    notBefore: readDue(headers, now),
    createdAt: now,
    callback: readCallback(headers, "upstash-callback"),
    failureCallback: readCallback(headers, "upstash-failure-callback"),
    queue: input.queue,
    flow: readFlowControl(headers),
    deduplication: readDeduplication(headers, url, forwarded, body),
    label: headers["upstash-label"],
    callerIp: input.callerIp,
    trail: [{ time: now, state: "CREATED" }],
  };
}

/** Seconds on the clock win over a delay. */
function readDue(headers: Record<string, string>, now: number): number {
  const notBefore = readCount(headers["upstash-not-before"], "Upstash-Not-Before");
  const delay = readDuration(headers["upstash-delay"], "Upstash-Delay") ?? 0;
  const due = notBefore === undefined ? now + delay : Math.max(now, notBefore * 1000);
  if (due - now > MAX_DELAY_MS) throw new Refused(400, "delay is longer than a year");
  return due;
}

function readForwarded(headers: Record<string, string>): Record<string, string> {
  const prefix = "upstash-forward-";
  const forwarded: Record<string, string> = {};
  if (headers["content-type"] !== undefined) forwarded["content-type"] = headers["content-type"];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(prefix)) forwarded[name.slice(prefix.length)] = value;
  }
  return forwarded;
}

/** `Upstash-Callback: url` with `Upstash-Callback-Retries` and the like as the callback's own headers. */
function readCallback(headers: Record<string, string>, prefix: string): CallbackTarget | undefined {
  const url = headers[prefix];
  if (url === undefined) return undefined;
  if (!/^https?:\/\//i.test(url)) throw new Refused(400, `invalid callback url: ${url}`);
  const own: Record<string, string> = { "content-type": "application/json" };
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(`${prefix}-`)) own[`upstash-${name.slice(prefix.length + 1)}`] = value;
  }
  return { url, headers: own };
}

/** `parallelism=2, rate=3, period=1m`; the period is a second unless given. */
function readFlowControl(headers: Record<string, string>): FlowControl | undefined {
  const key = headers["upstash-flow-control-key"];
  if (key === undefined) return undefined;
  const fields = new Map(
    (headers["upstash-flow-control-value"] ?? "").split(",").map((part) => {
      const [name = "", value = ""] = part.split("=").map((word) => word.trim());
      return [name.toLowerCase(), value] as const;
    }),
  );
  const period = fields.get("period") ?? "1s";
  const flow = {
    key,
    parallelism: readCount(fields.get("parallelism"), "parallelism"),
    rate: readCount(fields.get("rate"), "rate"),
    periodMs: readDuration(/^\d+$/.test(period) ? `${period}s` : period, "period") ?? 1000,
  };
  if (!flow.parallelism && !flow.rate) throw new Refused(400, "flow control needs a parallelism or a rate");
  return flow;
}

function readDeduplication(headers: Record<string, string>, url: string, forwarded: Record<string, string>, body: Buffer): string | undefined {
  const id = headers["upstash-deduplication-id"];
  if (id !== undefined) return `id:${id}`;
  if (headers["upstash-content-based-deduplication"]?.toLowerCase() !== "true") return undefined;
  const names = Object.entries(forwarded).sort(([a], [b]) => (a < b ? -1 : 1));
  return `content:${hashBody(Buffer.concat([Buffer.from(JSON.stringify([url, names])), body]))}`;
}

function readCount(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Refused(400, `invalid ${name}: ${text}`);
  return Number(text);
}

function readDuration(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const duration = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (duration === undefined) throw new Refused(400, `invalid ${name}: ${text}`);
  return duration;
}

function checkExpression(text: string): void {
  try {
    parseExpression(text)(0);
  } catch (error) {
    throw new Refused(400, `invalid Upstash-Retry-Delay: ${(error as Error).message}`);
  }
}
