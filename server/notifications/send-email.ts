import { Resend, type ErrorResponse } from "resend";
import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { again, OutsideError, retryAfter, type OutsideKind } from "../platform/outside.ts";
import type { Attachment } from "./compose.ts";

const TIMEOUT_MS = 10_000;
/** With one call's own limit it stays below a job's. */
const PATIENCE_MS = 12_000;
const SHORT_MS = 1000;

export interface Email {
  /** Our delivery row: under this key the mail goes out once, for 24 hours. */
  deliveryId: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  attachments?: Attachment[];
  /** ASCII letters, digits, "_" and "-"; they come back with the webhooks. */
  tags?: Record<string, string>;
}

/**
 * Sends one mail and returns Resend's id of it. Safe to repeat with the same bytes.
 * @throws OutsideError; UNAVAILABLE without a key.
 */
export async function sendEmail(config: Config, email: Email): Promise<string> {
  const key = config.RESEND_API_KEY;
  if (!key) throw refuse("UNAVAILABLE", { what: "mail", retryAfterMs: 60_000 });
  const resend = new Resend(key, { baseUrl: config.RESEND_BASE_URL });
  return whenTaken(() => again(() => send(resend, config.MAIL_FROM, email)));
}

/**
 * Resend takes a few mails a second: a burst waits for its turn in here. A longer wish than a second, and what is still not
 * taken when patience ends, is the queue's: it tries again after the vendor's `Retry-After`.
 */
async function whenTaken<T>(call: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const wish = error instanceof OutsideError && error.code === "rate_limit_exceeded" ? error.retryAfterMs : undefined;
      // Each waits a time of its own, or all would come back together.
      const wait = (wish ?? Infinity) * (1 + 2 * Math.random());
      if (wish === undefined || wish > SHORT_MS || performance.now() + wait > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

async function send(resend: Resend, from: string, email: Email): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { idempotencyKey: email.deliveryId, signal };
  const { data, error, headers } = await resend.emails.send(
    {
      from,
      to: email.to,
      subject: email.subject,
      html: email.html,
      text: email.text,
      attachments: email.attachments,
      tags: Object.entries(email.tags ?? {}).map(([name, value]) => ({ name, value })),
    },
    options,
  );
  if (!error) return data.id;
  throw new OutsideError("resend", kindOf(error, signal.aborted), {
    status: error.statusCode ?? undefined,
    code: error.name,
    retryAfterMs: headers ? retryAfter(new Headers(headers)) : undefined,
    cause: error,
  });
}

/** Conflicts that pass by themselves. */
const BUSY: ReadonlySet<string> = new Set(["concurrent_idempotent_requests", "resource_locked", "rate_limit_exceeded", "daily_quota_exceeded", "monthly_quota_exceeded"]);

function kindOf(error: ErrorResponse, timedOut: boolean): OutsideKind {
  // The SDK tells no status for a lost connection, nor for an answer that it can't read.
  if (error.statusCode === null) return timedOut ? "timeout" : "network";
  // A refusal by Resend tells its status; other words are those of something in between.
  if (error.statusCode === undefined) return "server";
  if (BUSY.has(error.name) || error.statusCode === 429 || error.statusCode === 503) return "busy";
  return error.statusCode >= 500 ? "server" : "refused";
}
