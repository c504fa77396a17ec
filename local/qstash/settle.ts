import { randomUUID } from "node:crypto";
import { Refused, type CallbackTarget, type Claimed, type DeliveryResult, type Message, type TrailEntry } from "./model.ts";
import { MAX_BODY, readMessage } from "./read-message.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** Bytes of an answer that the log keeps of each try; the DLQ has it whole, callbacks as far as they hold. */
const LOGGED_BODY = 4096;

/** A message that was given up, as the DLQ keeps it. */
export interface DeadLetter {
  id: string;
  createdAt: number;
  message: Message;
  result: { status: number; headers: Record<string, string[]>; body: string };
}

/** What one delivery leads to; written in one statement. */
export interface Outcome {
  seq: number;
  message: Message;
  next: "done" | "retry" | "dead";
  deadLetter?: DeadLetter;
  callbacks: Message[];
}

/**
 * Decides what follows a delivery: 2xx is done; 489 with `Upstash-NonRetryable-Error` and spent retries
 * are dead; anything else is tried again later.
 * @param now the stand-in's clock
 */
export function settle({ seq, message }: Claimed, result: DeliveryResult, now: number): Outcome {
  const trail: TrailEntry[] = [...message.trail, { time: now, state: "ACTIVE" }];
  if ("status" in result && result.status >= 200 && result.status < 300) {
    const done = { ...message, trail: [...trail, entry("DELIVERED", result, now)] };
    return {
      seq,
      message: done,
      next: "done",
      callbacks: report(message, message.callback, result, now),
    };
  }
  if (!isHopeless(result) && message.retried < message.retries) {
    const due = Math.round(now + retryDelayMs(message, result, now));
    const failed = { ...entry("RETRY", result, now), nextDeliveryTime: due };
    const again = {
      ...message,
      retried: message.retried + 1,
      notBefore: due,
      trail: [...trail, failed],
    };
    return { seq, message: again, next: "retry", callbacks: [] };
  }
  const dead = {
    ...message,
    trail: [...trail, entry("ERROR", result, now), entry("FAILED", result, now)],
  };
  const deadLetter = toDeadLetter(message, result, now);
  const callbacks = [...("status" in result ? report(message, message.callback, result, now) : []), ...report(message, message.failureCallback, result, now, deadLetter.id)];
  return { seq, message: dead, next: "dead", deadLetter, callbacks };
}

function isHopeless(result: DeliveryResult): boolean {
  if (!("status" in result) || result.status !== 489) return false;
  return result.headers["upstash-nonretryable-error"]?.[0]?.toLowerCase() === "true";
}

function entry(state: TrailEntry["state"], result: DeliveryResult, time: number): TrailEntry {
  if ("error" in result) return { time, state, error: result.error };
  const error = state === "DELIVERED" ? undefined : `status ${result.status}`;
  return { time, state, error, responseStatus: result.status, responseBody: excerpt(result.body) };
}

function excerpt(body: Buffer): string {
  return body.subarray(0, LOGGED_BODY).toString("base64");
}

function toDeadLetter(message: Message, result: DeliveryResult, now: number): DeadLetter {
  const answer = "status" in result ? result : { status: 0, headers: {}, body: Buffer.from(result.error) };
  return {
    id: `dlq_${randomUUID().replaceAll("-", "")}`,
    createdAt: now,
    message,
    result: {
      status: answer.status,
      headers: answer.headers,
      body: answer.body.toString("base64"),
    },
  };
}

/** The callback's own message, with the endpoint's answer as its body; it stays in the message's queue. */
function report(message: Message, target: CallbackTarget | undefined, result: DeliveryResult, now: number, dlqId?: string): Message[] {
  if (!target) return [];
  const answer = "status" in result ? result : { status: 0, headers: {}, body: Buffer.from(result.error) };
  const content = {
    status: answer.status,
    header: answer.headers,
    body: "",
    retried: message.retried,
    maxRetries: message.retries,
    sourceMessageId: message.id,
    topicName: message.topic,
    endpointName: message.endpoint,
    url: message.url,
    method: message.method,
    sourceHeader: listHeaders(message.headers),
    sourceBody: "",
    notBefore: String(message.notBefore),
    createdAt: String(message.createdAt),
    scheduleId: message.scheduleId,
    callerIP: message.callerIp,
    dlqId,
  };
  // A message too: what makes it too large is cut, the answer's body first.
  const room = MAX_BODY - Buffer.byteLength(JSON.stringify(content));
  content.sourceBody = cut(message.body, room);
  content.body = cut(answer.body.toString("base64"), room - content.sourceBody.length);
  try {
    const callback = readMessage({
      url: target.url,
      headers: target.headers,
      body: Buffer.from(JSON.stringify(content)),
      queue: message.queue,
      callerIp: message.callerIp,
      now,
    });
    return [callback];
  } catch (error) {
    // The options of a callback are only read when it is made; a bad one must not hold up its message.
    if (error instanceof Refused) return [];
    throw error;
  }
}

/** As much of a base64 text as has room. */
function cut(base64: string, room: number): string {
  return base64.slice(0, Math.max(0, room - (room % 4)));
}

/** Header values as the API gives them: lists by name. */
export function listHeaders(headers: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}
