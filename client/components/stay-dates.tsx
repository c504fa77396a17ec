import { countNights, formatDate } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";

interface Props {
  checkIn: string;
  checkOut: string;
  from: string;
  until: string;
}

/** Arrival and departure on the property's calendar, with weekday and hours. */
export function StayDates({ checkIn, checkOut, from, until }: Props) {
  return (
    <>
      <dl className="grid grid-cols-2 gap-4">
        <div>
          <dt className="text-sm font-semibold text-soft">{m.check_in()}</dt>
          <dd>
            <span className="block font-bold">{formatDate(checkIn)}</span>
            {m.check_in_from({ time: from })}
          </dd>
        </div>
        <div>
          <dt className="text-sm font-semibold text-soft">{m.check_out()}</dt>
          <dd>
            <span className="block font-bold">{formatDate(checkOut)}</span>
            {m.check_out_until({ time: until })}
          </dd>
        </div>
      </dl>
      <p className="mt-4 font-semibold">{m.nights({ count: countNights(checkIn, checkOut) })}</p>
    </>
  );
}
