import type { z } from "zod";
import type { Context } from "../context.ts";
import { isDomainError, refuse } from "../errors.ts";
import { nightsOf } from "../platform/dates.ts";
import { keyedAsk } from "../platform/idempotency.ts";
import { nearestDates, roomTypesOf } from "../rooms/index.ts";
import { withOverdueLetGo } from "./overdue.ts";
import type { HoldInput, holdOutput } from "./schemas.ts";
import { takeHold } from "./take.ts";
import { askerKeys } from "./unproven.ts";

/**
 * Claims the nights of a quote for the property's hold time (15 minutes by default).
 * All rooms or none, re-priced in the same transaction; guests who come together share one (`take.ts`).
 * @throws SOLD_OUT with the nights and the nearest free dates, ROOM_BUSY, PRICE_CHANGED with the new total and hash,
 *   RESTRICTED, PROOF_REQUIRED, HOLD_LIMIT, NOT_FOUND for a product of another property
 */
export async function hold(ctx: Context, input: HoldInput): Promise<z.infer<typeof holdOutput>> {
  if (ctx.actor.kind !== "guest") throw refuse("FORBIDDEN", { what: "hold" });
  const keyed = keyedAsk(ctx, input);
  const roomTypes = await roomTypesOf(
    ctx.db,
    input.propertyId,
    input.rooms.map((room) => room.productId),
  );
  const dates = nightsOf(input.checkIn, input.checkOut);
  const nights = [...new Set(roomTypes)].flatMap((roomTypeId) => dates.map((date) => ({ roomTypeId, date })));
  const deadline = performance.now() + ctx.config.LOCK_WAIT_MS;
  const ask = { ...keyed, ctx, input, keys: askerKeys(ctx, input.guest.email), nights, deadline };
  try {
    const held = await withOverdueLetGo(ctx, deadline, () => takeHold(ctx, ask));
    ctx.published();
    return held;
  } catch (error) {
    throw isDomainError(error, "SOLD_OUT") ? refuse("SOLD_OUT", { ...error.facts, nearest: await nearestDates(ctx, input) }) : error;
  }
}
