import type { Context } from "../context.ts";
import { writeAvailability, type MovedNight } from "../rooms/index.ts";

/** What follows a commit: the cache hears of the nights that moved, it is counted, and its events go out. */
export function announce(
  ctx: Pick<Context, "redis" | "defer" | "metrics" | "published">,
  moved: readonly MovedNight[],
  metric?: string,
  labels: Record<string, string> = {},
): void {
  ctx.defer(writeAvailability(ctx, moved));
  if (metric) ctx.metrics.count(metric, labels);
  ctx.published();
}
