import type { BookingView } from "./types.ts";
import { formatInstant } from "./dates.ts";
import { m } from "./i18n/compiled/messages.js";
import { formatMoney } from "./money.ts";

type Policy = BookingView["stays"][number]["policy"];

/** The instant until which cancelling is free (inclusive), or null when that is over or never was. */
export function freeUntil(policy: Policy, now = Date.now()): string | null {
  const first = policy.steps[0];
  if (!first || first.fee === 0) return null;
  return Date.parse(first.from) > now ? first.from : null;
}

/** A frozen policy as sentences, its deadlines in the property's time with weekday and zone. */
export function policySentences(policy: Policy, currency: string, now = Date.now()): string[] {
  const sentences = policy.steps.map((step, index) => {
    const fee = formatMoney(step.fee, currency);
    const begun = Date.parse(step.from) <= now;
    if (begun) return index === policy.steps.findLastIndex((later) => Date.parse(later.from) <= now) ? m.policy_fee_now({ fee }) : undefined;
    return m.policy_fee_from({ fee, when: formatInstant(step.from, policy.zone) });
  });
  const free = freeUntil(policy, now);
  return [
    ...(policy.steps.length === 0 ? [m.policy_always_free()] : []),
    ...(free ? [m.policy_free_until({ when: formatInstant(free, policy.zone) })] : []),
    ...sentences.filter((sentence) => sentence !== undefined),
    ...(policy.noShowFee > 0 ? [m.policy_no_show({ fee: formatMoney(policy.noShowFee, currency) })] : []),
  ];
}
