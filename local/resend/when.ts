import { ResendError } from "./errors.ts";

const UNIT_MS = { min: 60_000, hour: 3_600_000, day: 86_400_000 };
const IN_A_WHILE = /^in (\d{1,4}) ?(min|hour|day)(?:ute)?s?$/i;
const HORIZON_MS = 30 * UNIT_MS.day;

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * The instant (ms) of `scheduled_at`: ISO 8601, or "in 5 min", "in 2 hours", "in 1 day" (a small part of
 * the natural language that Resend reads). Throws `validation_error` for anything else, the past, or over 30 days.
 */
export function parseWhen(written: string, now: number): number {
  const words = IN_A_WHILE.exec(written.trim());
  const unit = words?.[2]?.toLowerCase() as keyof typeof UNIT_MS | undefined;
  if (!unit && !ISO.test(written)) throw invalidTime();
  const at = unit ? now + Number(words?.[1]) * UNIT_MS[unit] : Date.parse(written);
  if (Number.isNaN(at) || at <= now || at > now + HORIZON_MS) {
    throw invalidTime();
  }
  return at;
}

function invalidTime(): ResendError {
  return new ResendError(422, "validation_error", "Invalid `scheduled_at` field. It must be a future time within 30 days.");
}
