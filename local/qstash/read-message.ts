import { randomUUID } from "node:crypto";
import { parseDuration } from "./duration.ts";
import { parseExpression } from "./expression.ts";
import { CALLBACK_OPTIONS, HOP_BY_HOP, isDestination, refuseUnknownHeaders } from "./headers.ts";
import { Refused, type CallbackTarget, type FlowControl, type Message, type Redaction } from "./model.ts";
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
const DAY_MS = 86_400_000;
const MAX_DELAY_MS = 365 * DAY_MS;
const DEFAULT_RETRIES = 3;

/** Longest key or id, in characters. */
const MAX_NAME = 1024;
/** Largest parallelism or rate. */
export const MAX_LIMIT = 1_000_000;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Makes a message of a publish request. @throws Refused when a header or the destination is not valid */
export function readMessage(input: PublishInput): Message {
  const { url, headers, body, now } = input;
  if (!isDestination(url)) throw new Refused(400, `invalid destination url: ${url}: must start with http:// or https://`);
  if (body.length > MAX_BODY) throw new Refused(413, "message body is larger than 1 MB");
  for (const [name, value] of Object.entries(headers)) {
    // A batch brings headers as JSON, which can hold what HTTP and Postgres can't.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new Refused(400, `invalid header ${name}`);
  }
  refuseUnknownHeaders(headers);
  if (input.queue !== undefined && headers["upstash-flow-control-key"] !== undefined) {
    throw new Refused(400, "a message is limited by its queue or by flow control, not by both");
  }
  const retryDelay = headers["upstash-retry-delay"];
  if (retryDelay !== undefined) checkExpression(retryDelay);
  const forwarded = readForwarded(headers);
  return {
    id: `msg_${randomUUID().replaceAll("-", "")}`,
    url,
    method: readMethod(headers["upstash-method"]),
    headers: forwarded,
    body: body.toString("base64"),
    retries: readCount(headers["upstash-retries"], "Upstash-Retries") ?? DEFAULT_RETRIES,
    retried: 0,
    retryDelay,
    timeoutMs: readTimeout(headers["upstash-timeout"]),
    notBefore: readDue(headers, now),
    createdAt: now,
    callback: readCallback(input, "upstash-callback"),
    failureCallback: readCallback(input, "upstash-failure-callback"),
    queue: input.queue,
    flow: readFlowControl(headers),
    deduplication: readDeduplication(headers, url, forwarded, body),
    labels: readLabels(headers["upstash-label"]),
    redact: readRedaction(headers["upstash-redact-fields"]),
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
    if (!name.startsWith(prefix)) continue;
    const own = name.slice(prefix.length);
    if (HOP_BY_HOP.includes(own)) throw new Refused(400, `${own} can't be forwarded`);
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(own)) throw new Refused(400, `invalid header name: ${own}`);
    forwarded[own] = value;
  }
  return forwarded;
}

/**
 * `Upstash-Callback: url` with `Upstash-Callback-Retries` and the like as the callback's own headers.
 * They are tried here: when the callback is made, nobody is there to hear of a refusal.
 */
function readCallback(input: PublishInput, prefix: string): CallbackTarget | undefined {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.headers)) {
    if (!name.startsWith(`${prefix}-`)) continue;
    const option = name.slice(prefix.length + 1);
    if (!CALLBACK_OPTIONS.test(option)) throw new Refused(400, `unknown header: ${name}`);
    own[`upstash-${option}`] = value;
  }
  const url = input.headers[prefix];
  if (url === undefined) {
    if (Object.keys(own).length > 0) throw new Refused(400, `${prefix} is missing for its options`);
    return undefined;
  }
  if (!isDestination(url)) throw new Refused(400, `invalid callback url: ${url}`);
  const target = { url, headers: { "content-type": "application/json", ...own } };
  readMessage({ ...input, ...target, body: Buffer.alloc(0) });
  return target;
}

/** `parallelism=2, rate=3, period=1m`; the period is a second unless given. */
function readFlowControl(headers: Record<string, string>): FlowControl | undefined {
  const key = headers["upstash-flow-control-key"];
  if (key === undefined) return undefined;
  if (key === "" || key.length > MAX_NAME) throw new Refused(400, "invalid Upstash-Flow-Control-Key");
  const fields = new Map<string, string>();
  for (const part of (headers["upstash-flow-control-value"] ?? "").split(",")) {
    const [name = "", value = ""] = part.split("=").map((word) => word.trim());
    if (!["parallelism", "rate", "period"].includes(name.toLowerCase())) throw new Refused(400, `invalid Upstash-Flow-Control-Value: ${part}`);
    fields.set(name.toLowerCase(), value);
  }
  const period = fields.get("period") ?? "1s";
  const flow = {
    key,
    parallelism: readCount(fields.get("parallelism"), "parallelism"),
    rate: readCount(fields.get("rate"), "rate"),
    periodMs: readDuration(/^\d+$/.test(period) ? `${period}s` : period, "period") ?? 1000,
  };
  if (flow.periodMs < 1000 || flow.periodMs > MAX_DELAY_MS) throw new Refused(400, "a period is from a second to a year");
  if ([flow.parallelism, flow.rate].some((limit) => limit !== undefined && limit > MAX_LIMIT)) throw new Refused(400, "a limit is too large");
  if (flow.parallelism === 0 || flow.rate === 0 || (!flow.parallelism && !flow.rate)) throw new Refused(400, "flow control needs a parallelism or a rate");
  return flow;
}

function readMethod(text = "POST"): string {
  const method = text.toUpperCase();
  if (!METHODS.includes(method)) throw new Refused(400, `invalid Upstash-Method: ${text}`);
  return method;
}

function readTimeout(text: string | undefined): number | undefined {
  const timeout = readDuration(text, "Upstash-Timeout");
  if (timeout !== undefined && (timeout <= 0 || timeout > DAY_MS)) throw new Refused(400, "Upstash-Timeout must be more than 0, and a day at most");
  return timeout;
}

function readLabels(text: string | undefined): string[] | undefined {
  const labels = text?.split(",").map((label) => label.trim());
  if (labels?.includes("")) throw new Refused(400, "a label is empty");
  return labels;
}

/** `body`, `header`, `header[Name]`, by commas. */
function readRedaction(text: string | undefined): Redaction | undefined {
  if (text === undefined) return undefined;
  const redact: Redaction = { body: false, headers: [] };
  for (const part of text.split(",").map((one) => one.trim())) {
    const name = /^header\[([^\]]+)\]$/i.exec(part)?.[1];
    if (part === "body") redact.body = true;
    else if (part === "header") redact.headers = "all";
    else if (name === undefined) throw new Refused(400, `invalid Upstash-Redact-Fields: ${part}`);
    else if (redact.headers !== "all") redact.headers.push(name.toLowerCase());
  }
  return redact;
}

function readDeduplication(headers: Record<string, string>, url: string, forwarded: Record<string, string>, body: Buffer): string | undefined {
  const id = headers["upstash-deduplication-id"];
  if (id !== undefined) {
    if (id === "" || id.length > MAX_NAME) throw new Refused(400, "invalid Upstash-Deduplication-Id");
    return `id:${id}`;
  }
  const byContent = headers["upstash-content-based-deduplication"]?.toLowerCase() ?? "false";
  if (byContent !== "true" && byContent !== "false") throw new Refused(400, "invalid Upstash-Content-Based-Deduplication");
  if (byContent === "false") return undefined;
  const names = Object.entries(forwarded).sort(([a], [b]) => (a < b ? -1 : 1));
  return `content:${hashBody(Buffer.concat([Buffer.from(JSON.stringify([url, names])), body]))}`;
}

function readCount(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new Refused(400, `invalid ${name}: ${text}`);
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
