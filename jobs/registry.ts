import { balanceMoneyJob } from "./balance-money.ts";
import { closeHoldJob } from "./close-hold.ts";
import { closePagesJob } from "./close-pages.ts";
import type { Job } from "./define.ts";
import { messageJobs } from "./send-messages.ts";

/** Every job there is. */
export const JOBS: readonly Job[] = [closeHoldJob, closePagesJob, balanceMoneyJob, ...messageJobs];

/** The jobs that follow an event. */
export function followers(type: string): Job[] {
  return JOBS.filter((job) => job.on.includes(type));
}
