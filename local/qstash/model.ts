/** Where an answer or a failure is reported; the headers are those of the report's own publish. */
export interface CallbackTarget {
  url: string;
  headers: Record<string, string>;
}

/** At most `parallelism` deliveries at once, and `rate` per period, among the messages of one key. */
export interface FlowControl {
  key: string;
  parallelism?: number;
  rate?: number;
  periodMs: number;
}

/** What the API shows of a message only as a hash; header names in lower case. */
export interface Redaction {
  body: boolean;
  headers: "all" | string[];
}

/** One line of the events log. */
export interface TrailEntry {
  time: number;
  state: "CREATED" | "ACTIVE" | "RETRY" | "ERROR" | "DELIVERED" | "FAILED" | "CANCELLED";
  error?: string;
  nextDeliveryTime?: number;
  responseStatus?: number;
  /** Base64. */
  responseBody?: string;
}

/** A message on its way. All times are milliseconds of the stand-in's clock. */
export interface Message {
  id: string;
  url: string;
  method: string;
  /** What the endpoint gets: content type and forwarded headers. */
  headers: Record<string, string>;
  /** Base64 of the exact bytes. */
  body: string;
  /** Tries after the first one. */
  retries: number;
  retried: number;
  retryDelay?: string;
  timeoutMs?: number;
  notBefore: number;
  createdAt: number;
  callback?: CallbackTarget;
  failureCallback?: CallbackTarget;
  queue?: string;
  flow?: FlowControl;
  /** Under which a second publish is a duplicate for ten minutes. */
  deduplication?: string;
  labels?: string[];
  redact?: Redaction;
  scheduleId?: string;
  topic?: string;
  endpoint?: string;
  callerIp: string;
  trail: TrailEntry[];
}

/** A message taken for delivery, with its place in its queue. */
export interface Claimed {
  seq: number;
  message: Message;
}

/** What came back from one delivery. */
export type DeliveryResult = { status: number; headers: Record<string, string[]>; body: Buffer } | { error: string };

/** The request is refused; the message is for the client. */
export class Refused extends Error {
  status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
