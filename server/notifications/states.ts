import { DELIVERY_STATES } from "../../db/schema/notifications.ts";

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * Vendors' notices come late and out of order: a state only gives way to one of a higher rank.
 * `failed` is below `delivered`, since a message whose fate we didn't know is failed until a notice says better.
 */
export const RANK = {
  queued: 0,
  held_back: 1,
  sending: 2,
  sent: 3,
  delayed: 4,
  failed: 5,
  delivered: 6,
  bounced: 7,
  complained: 8,
} as const satisfies Record<DeliveryState, number>;

/** The states that `state` may overwrite. */
export function statesBelow(state: DeliveryState): DeliveryState[] {
  return DELIVERY_STATES.filter((other) => RANK[other] < RANK[state]);
}
