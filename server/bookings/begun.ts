import { earliestCheckIn } from "../platform/dates.ts";

/**
 * Whether a stay has begun: its first night can't be sold any more, in the property's zone and by its cut-off. From then on it is the
 * desk's matter (in house, left early, never came): the guest neither cancels nor changes it any more.
 */
export function hasBegun(property: { zone: string; sameDayCutOff: string }, checkIn: string, now: Date): boolean {
  return checkIn < earliestCheckIn(property.zone, property.sameDayCutOff, now);
}
