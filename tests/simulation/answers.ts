import { isDeepStrictEqual } from "node:util";
import type { Asked } from "./guests.ts";
import type { World } from "./world.ts";

interface Stored extends Record<string, unknown> {
  verb: string;
  actor: string;
  key: string;
  response: unknown;
}

/** How long an answer is kept at the least: 72 hours. */
const KEPT_MS = 72 * 3_600_000;

/** Every answer that a guest got is stored as it was given, and what it says has happened. */
export async function checkAnswers(world: World): Promise<string[]> {
  const { db } = world.database;
  const stored = await db.execute<Stored>("select verb, actor, key, response from idempotency_keys");
  const states = await db.execute<{ id: string; states: string }>("select booking_id as id, string_agg(state, ',') as states from room_stays group by 1");
  const stateOf = (bookingId: unknown): string[] => states.find(({ id }) => id === bookingId)?.states.split(",") ?? [];
  const wrong: string[] = [];
  for (const asked of world.asked) {
    if (asked.answer === undefined) continue;
    const { verb, input } = asked;
    const row = stored.find((one) => one.verb === verb && one.key === input.idempotencyKey && one.actor === asked.guest.actor);
    const isOld = world.advancedMs() - (asked.answeredAt ?? 0) > KEPT_MS;
    if (!row && !isOld) wrong.push(`the answer to ${verb} ${input.idempotencyKey} is not stored`);
    if (row && !isSame(asked, row.response)) wrong.push(`${verb} ${input.idempotencyKey} answered ${JSON.stringify(asked.answer)}, and stored is ${JSON.stringify(row.response)}`);
    const bookingId = verb === "bookings.hold" ? (asked.answer as { bookingId: string }).bookingId : input["bookingId"];
    const now = stateOf(bookingId);
    if (now.length === 0) wrong.push(`${verb} ${input.idempotencyKey} was answered, and the booking ${String(bookingId)} is gone`);
    const whole = verb === "bookings.cancel" && (asked.answer as { state: string }).state === "cancelled";
    if (whole && now.some((state) => state !== "cancelled")) wrong.push(`the booking ${String(bookingId)} was cancelled, and is ${now.join()}`);
    // A room of a confirmed booking may have left it before.
    const confirmed = verb === "payments.start" && (asked.answer as { status: string }).status === "confirmed";
    if (confirmed && now.some((state) => state !== "confirmed" && state !== "cancelled")) wrong.push(`the booking ${String(bookingId)} was confirmed, and is ${now.join()}`);
  }
  return wrong;
}

/** A page's address is not stored with its answer, but the payment that it belongs to. */
function isSame({ verb, answer }: Asked, response: unknown): boolean {
  if (verb !== "payments.start") return isDeepStrictEqual(answer, response);
  const given = (answer as { status: string }).status;
  const kept = (response as { status: string }).status;
  return given === (kept === "page" ? "redirect" : kept);
}
