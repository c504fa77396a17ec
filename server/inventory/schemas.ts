import { z } from "zod";
import { dateField, idField } from "../platform/fields.ts";

export const todayInput = z.object({ propertyId: idField, date: dateField.optional() });

const row = z.object({
  bookingId: z.string(),
  code: z.string(),
  guestName: z.string(),
  roomName: z.string(),
  rateName: z.string(),
  state: z.string(),
  checkIn: z.string(),
  checkOut: z.string(),
  adults: z.int(),
  children: z.int(),
  total: z.int(),
  payment: z.string(),
  oversold: z.boolean(),
});
export type StayRow = z.infer<typeof row>;

/** The property's day: who comes, who goes, who stays; and what was booked on it. */
export const todayOutput = z.object({
  date: z.string(),
  currency: z.string(),
  /** False where the day has more room stays than one answer holds: some are in no list. */
  whole: z.boolean(),
  arrivals: z.array(row),
  departures: z.array(row),
  inHouse: z.array(row),
  bookedToday: z.array(row),
});

export const myPropertiesOutput = z.array(
  z.object({ id: z.string(), slug: z.string(), name: z.string(), city: z.string(), country: z.string(), zone: z.string(), role: z.string() }),
);
