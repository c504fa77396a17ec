import { parseDuration } from "./duration.ts";
import { parseExpression } from "./expression.ts";
import type { DeliveryResult, Message } from "./model.ts";

const DAY_MS = 86_400_000;
const RESET_HEADERS = ["retry-after", "x-ratelimit-reset", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"];

/**
 * Milliseconds to wait before the next try: what the endpoint asked for, else the message's own
 * expression, else e^(2.5 n) seconds for retry n, a day at most.
 */
export function retryDelayMs(message: Message, result: DeliveryResult, now: number): number {
  const asked = "headers" in result ? askedDelayMs(result.headers, now) : undefined;
  if (asked !== undefined) return asked;
  if (message.retryDelay !== undefined) {
    const custom = parseExpression(message.retryDelay)(message.retried);
    if (Number.isFinite(custom)) return Math.max(0, custom);
  }
  return Math.min(DAY_MS, Math.exp(2.5 * (message.retried + 1)) * 1000);
}

/** Seconds, a date, or a duration in the first header that has one; more than a day is ignored. */
function askedDelayMs(headers: Record<string, string[]>, now: number): number | undefined {
  for (const name of RESET_HEADERS) {
    const text = headers[name]?.[0]?.trim();
    if (!text) continue;
    const delay = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : (parseDuration(text) ?? Date.parse(text) - now);
    if (!Number.isNaN(delay) && delay <= DAY_MS) return Math.max(0, delay);
  }
  return undefined;
}
