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
    header: listHeaders(message.headers),
    ...presentBody("body", message.body),
    maxRetries: message.retries,
    notBefore: message.notBefore,
    createdAt: message.createdAt,
    callback: message.callback?.url,
    failureCallback: message.failureCallback?.url,
    queueName: message.queue,
    scheduleId: message.scheduleId,
    callerIP: message.callerIp,
    label: message.label,
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
    label: message.label,
    labels: message.label?.split(","),
    maxRetries: message.retries,
    retryDelayExpression: message.retryDelay,
    callerIP: message.callerIp,
    flowControlKey: message.flow?.key,
  };
}

/** Text as it is, other bytes as base64 under the name with `Base64` behind. */
function presentBody(name: string, base64: string): Record<string, string> {
  const bytes = Buffer.from(base64, "base64");
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? { [name]: text } : { [`${name}Base64`]: base64 };
}

const FILTERS: Record<string, string> = {
  messageId: "messageId",
  messageIds: "messageId",
  dlqIds: "dlqId",
  url: "url",
  topicName: "topicName",
  queueName: "queueName",
  scheduleId: "scheduleId",
  callerIp: "callerIP",
  callerIP: "callerIP",
  flowControlKey: "flowControlKey",
  responseStatus: "responseStatus",
  state: "state",
};

/**
 * Whether an item passes the query's filters: any value of one filter, and all of the filters.
 * `fromDate` and `toDate` (milliseconds) bound `at`.
 */
export function matches(query: URLSearchParams, item: Record<string, unknown>, at: number): boolean {
  for (const [parameter, field] of Object.entries(FILTERS)) {
    const wanted = query.getAll(parameter);
    if (wanted.length > 0 && !wanted.includes(String(item[field]))) return false;
  }
  const labels = query.getAll("label");
  const own = typeof item["label"] === "string" ? item["label"].split(",") : [];
  if (labels.length > 0 && !labels.some((label) => own.includes(label))) return false;
  const [from, to] = [query.get("fromDate"), query.get("toDate")];
  return (from === null || at >= Number(from)) && (to === null || at <= Number(to));
}
