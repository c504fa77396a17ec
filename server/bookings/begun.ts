import { eq } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { properties } from "../../db/schema/index.ts";
import { sellableUntil } from "../platform/dates.ts";

/** The property's zone, and its same-day cut-off "HH:MM". */
export interface SaleCalendar {
  zone: string;
  sameDayCutOff: string;
}

/** @throws Error when there is no such property */
export async function calendarOf(db: Executor, propertyId: string): Promise<SaleCalendar> {
  const [row] = await db.select({ zone: properties.zone, sameDayCutOff: properties.sameDayCutOff }).from(properties).where(eq(properties.id, propertyId));
  if (!row) throw new Error("a booking's property is not there");
  return row;
}

/**
 * Whether a stay has begun: its first night can't be sold any more, in the property's zone and by its cut-off. From then on it is the
 * desk's matter (in house, left early, never came): the guest neither cancels nor changes it any more.
 */
export function hasBegun(property: SaleCalendar, checkIn: string, now: Date): boolean {
  return now >= sellableUntil(property.zone, property.sameDayCutOff, checkIn);
}

/** A deadline, but never past the moment until which the stay, or the first of these stays, can be sold. */
export function withinSale(property: SaleCalendar, deadline: Date, ...checkIns: [string, ...string[]]): Date {
  const until = sellableUntil(property.zone, property.sameDayCutOff, checkIns.toSorted()[0]!);
  return deadline < until ? deadline : until;
}

/**
 * Whether money that comes now is too late for the nights: their hold, or draft, is over, and the stay has begun.
 * @param until the hold's or draft's end; null where it has ended already
 */
export function isTooLate(property: SaleCalendar, until: Date | null, now: Date, ...checkIns: [string, ...string[]]): boolean {
  return (until === null || until <= now) && hasBegun(property, checkIns.toSorted()[0]!, now);
}
