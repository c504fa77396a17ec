import { balanceMoneyJob } from "./balance-money.ts";
import { closeChangeJob, closeChangePagesJob } from "./close-change.ts";
import { closeHoldJob } from "./close-hold.ts";
import { closeLeftPagesJob, closePagesJob } from "./close-pages.ts";
import type { Job, Message } from "./define.ts";
import { accountMailJobs } from "./send-account-mails.ts";
import { sendCodeJob } from "./send-code.ts";
import { messageJobs } from "./send-messages.ts";
import { tellMoneyJob } from "./tell-money.ts";
import { propertyJobs } from "./tell-property.ts";

/** Every job there is. */
export const JOBS: readonly Job[] = [
  closeHoldJob,
  closePagesJob,
  closeLeftPagesJob,
  closeChangeJob,
  closeChangePagesJob,
  balanceMoneyJob,
  tellMoneyJob,
  ...messageJobs,
  ...propertyJobs,
  ...accountMailJobs,
  sendCodeJob,
];

/** Whether any job follows events of this type. One that nobody follows is a fault, not a success. */
export function isFollowed(type: string): boolean {
  return JOBS.some((job) => (job.on as readonly string[]).includes(type));
}

/**
 * The jobs that follow an event of this type; with its payload, only those that it concerns. One that can't read it
 * is among them: its endpoint says so, and a person hears of it.
 */
export function followers(type: string, payload?: Message["payload"]): Job[] {
  return JOBS.filter((job) => {
    if (!(job.on as readonly string[]).includes(type)) return false;
    const input = payload && job.when && job.input.safeParse(payload);
    return !input?.success || job.when!(input.data);
  });
}
