import { countNights } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";

/** "3 nights, 2 rooms" */
export function StayLength({ stay }: { stay: { checkIn: string; checkOut: string; rooms: readonly unknown[] } }) {
  const nights = m.nights({ count: countNights(stay.checkIn, stay.checkOut) });
  return <>{stay.rooms.length > 1 ? `${nights}, ${m.rooms({ count: stay.rooms.length })}` : nights}</>;
}
