import type { Context } from "../context.ts";
import { jittered, type Outcome } from "../platform/together.ts";
import { expireOverdue, inTheWayOf, refusalOfLacking, type InTheWay, type Night } from "./expire.ts";
import { nightKey } from "./unproven.ts";

/** Some night lacks stock; decided by the ledger. Becomes SOLD_OUT unless overdue holds are in the way. */
export class LackingNights extends Error {
  readonly nights: Night[];
  constructor(nights: Night[]) {
    super("nights lack stock");
    this.nights = nights;
  }
}

/**
 * Runs `attempt`; where nights lack, the overdue holds and drafts on them are let go, and it runs once more, whatever was
 * found: somebody else may have let them go since. Others may lack by then, and are looked at as well. While all that is in
 * the way is locked by another transaction, it runs again until the deadline.
 * @param deadline in the milliseconds of `performance.now()`
 * @throws SOLD_OUT with the nights, ROOM_BUSY where what is over still has them, whatever `attempt` throws
 */
export async function withOverdueLetGo<T>(ctx: Context, deadline: number, attempt: () => Promise<T>): Promise<T> {
  const lookedAt = new Map<string, Night>();
  let left: InTheWay[] = [];
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LackingNights)) throw error;
      if (error.nights.every((night) => lookedAt.has(nightKey(night)))) {
        const behind = inTheWayOf(error.nights, left);
        const mayPass = behind.length > 0 && behind.every((one) => one.locked) && performance.now() < deadline;
        if (!mayPass) throw refusalOfLacking(ctx, error.nights, behind);
        await jittered(tries);
      }
      for (const night of error.nights) lookedAt.set(nightKey(night), night);
      left = await letOverdueGo(ctx, [...lookedAt.values()]);
    }
  }
}

/** Guests who lack nights of one room type let its overdue holds go together: once for all of them. */
function letOverdueGo(ctx: Context, nights: Night[]): Promise<InTheWay[]> {
  return ctx.together("let-go", nights, (asks: Night[][]) => letGoOnce(ctx, asks), String(nights[0]?.roomTypeId));
}

async function letGoOnce(ctx: Context, asks: readonly Night[][]): Promise<Outcome<InTheWay[]>[]> {
  const nights = [...new Map(asks.flat().map((night) => [`${night.roomTypeId}/${night.date}`, night])).values()];
  const left = await expireOverdue(ctx, nights, { waits: false });
  return asks.map(() => ({ value: left }));
}
