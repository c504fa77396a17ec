import { DELIVERY_STATES } from "../../db/schema/notifications.ts";

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * Vendors' notices come late and out of order: a state only gives way to one of a higher rank.
 * `failed` is below `delivered`, since a message whose fate we didn't know is failed until a notice says better.
 */
export const RANK = {
  queued: 0,
  sending: 1,
  sent: 2,
  delayed: 3,
  failed: 4,
  delivered: 5,
  bounced: 6,
  complained: 7,
} as const satisfies Record<DeliveryState, number>;

/** The states that `state` may overwrite. */
export function statesBelow(state: DeliveryState): DeliveryState[] {
  return DELIVERY_STATES.filter((other) => RANK[other] < RANK[state]);
}
