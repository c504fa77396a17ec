import { sqlState } from "../db/client.ts";
import type { Context } from "../server/context.ts";
import type { Due } from "../server/bookings/index.ts";
import { isDomainError } from "../server/errors.ts";
import { concurrencyLimit } from "../server/platform/concurrency-limit.ts";

/** A sweep begins no item after that; one that hangs takes Stripe's 45 s (three tries), so that the lease outlives it. */
const SWEEP_MS = 90_000;
/** So many properties are swept at a time. A place where rows are waited for is left to guests meanwhile. */
const PROPERTIES_AT_ONCE = 2;

export interface Sweep {
  name: string;
  /** What is due, bounded, without that of some properties. */
  find: (ctx: Context, withoutProperties: readonly string[]) => Promise<Due[]>;
  work: (ctx: Context, id: string) => Promise<unknown>;
}

/**
 * Does the work that is due, as long as `SWEEP_MS` allows. A property where something is locked is left to the next run
 * after one wait, and what lies behind its items is looked for: it delays nobody else. An item that fails is logged, and
 * is the next run's too.
 * @returns how many were tried and failed, how many properties were left
 */
export async function sweepDue(ctx: Context, { name, find, work }: Sweep): Promise<{ seen: number; failed: number; left: number }> {
  const end = performance.now() + SWEEP_MS;
  const seen = new Set<string>();
  const left = new Set<string>();
  let failed = 0;

  const sweepProperty = async (propertyId: string, ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      if (performance.now() > end) return void left.add(propertyId);
      seen.add(id);
      try {
        await work(ctx, id);
      } catch (error) {
        failed += 1;
        ctx.log.warn("sweep item failed", { task: name, id }, error);
        if (sqlState(error) === "55P03" || isDomainError(error, "ROOM_BUSY")) return void left.add(propertyId);
      }
    }
  };

  let before: number;
  do {
    before = left.size;
    const due = (await find(ctx, [...left])).filter(({ id }) => !seen.has(id));
    const limit = concurrencyLimit(PROPERTIES_AT_ONCE);
    const byProperty = Map.groupBy(due, ({ propertyId }) => propertyId);
    await Promise.all(
      [...byProperty].map(([propertyId, items]) =>
        limit(() =>
          sweepProperty(
            propertyId,
            items.map(({ id }) => id),
          ),
        ),
      ),
    );
  } while (left.size > before && performance.now() < end);
  if (left.size > 0) ctx.log.warn("sweep left properties to its next run", { task: name, left: left.size });
  return { seen: seen.size, failed, left: left.size };
}
