import { createHash } from "node:crypto";
import type { Message, TrailEntry } from "./model.ts";
import { listHeaders, type DeadLetter } from "./settle.ts";

/** A message as the API shows it. */
export function presentMessage(message: Message) {
  return {
    messageId: message.id,
    url: message.url,
    topicName: message.topic,
    endpointName: message.endpoint,
    method: message.method,
    header: listHeaders(redactHeaders(message)),
    ...(message.redact?.body ? { body: hidden(Buffer.from(message.body, "base64")) } : presentBody("body", message.body)),
    maxRetries: message.retries,
    notBefore: message.notBefore,
    createdAt: message.createdAt,
    callback: message.callback?.url,
    failureCallback: message.failureCallback?.url,
    queueName: message.queue,
    scheduleId: message.scheduleId,
    callerIP: message.callerIp,
    ...presentLabels(message),
    flowControlKey: message.flow?.key,
    rate: message.flow?.rate,
    period: message.flow?.rate === undefined ? undefined : message.flow.periodMs / 1000,
    parallelism: message.flow?.parallelism,
    retryDelayExpression: message.retryDelay,
  };
}

export function presentDeadLetter(letter: DeadLetter) {
  return {
    ...presentMessage(letter.message),
    dlqId: letter.id,
    responseStatus: letter.result.status,
    responseHeader: letter.result.headers,
    ...presentBody("responseBody", letter.result.body),
  };
}

/** One line of the events log. */
export function presentEvent(message: Message, entry: TrailEntry) {
  return {
    ...entry,
    messageId: message.id,
    url: message.url,
    topicName: message.topic,
    endpointName: message.endpoint,
    queueName: message.queue,
    scheduleId: message.scheduleId,
    ...presentLabels(message),
    maxRetries: message.retries,
    retryDelayExpression: message.retryDelay,
    callerIP: message.callerIp,
    flowControlKey: message.flow?.key,
  };
}

/** Text as it is, other bytes as base64 under the name with `Base64` behind. */
function presentBody(name: string, base64: string): Record<string, string> {
  if (base64 === "") return {};
  const bytes = Buffer.from(base64, "base64");
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? { [name]: text } : { [`${name}Base64`]: base64 };
}

/** `label` is the first of them: what clients knew before there could be several. */
function presentLabels({ labels }: Message) {
  return { label: labels?.[0], labels };
}

function redactHeaders({ headers, redact }: Message): Record<string, string> {
  const hide = (name: string): boolean => redact !== undefined && (redact.headers === "all" || redact.headers.includes(name));
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hide(name) ? hidden(value) : value]));
}

function hidden(value: string | Buffer): string {
  return `REDACTED:${createHash("sha256").update(value).digest("hex")}`;
}
