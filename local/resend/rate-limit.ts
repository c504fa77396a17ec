import type { LocalClock } from "../kit/clock.ts";

export interface RateLimit {
  /** Counts one call; `headers` belong on its answer, whatever it is. */
  count(): { allowed: boolean; headers: Record<string, string> };
}

/** A fixed window of one second on the stand-in's clock, told in Resend's `ratelimit-*` headers. */
export function createRateLimit(perSecond: number, clock: LocalClock): RateLimit {
  let window = 0;
  let used = 0;
  return {
    count() {
      const second = Math.floor(clock.now() / 1000);
      if (second !== window) {
        window = second;
        used = 0;
      }
      used += 1;
      const allowed = used <= perSecond;
      const headers: Record<string, string> = {
        "ratelimit-limit": String(perSecond),
        "ratelimit-remaining": String(Math.max(0, perSecond - used)),
        "ratelimit-reset": "1",
        "ratelimit-policy": `${perSecond};w=1`,
      };
      if (!allowed) headers["retry-after"] = "1";
      return { allowed, headers };
    },
  };
}
