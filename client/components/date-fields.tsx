import { useRef } from "react";
import { addDays, countNights, earliestToday, isDate } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { MAX_NIGHTS } from "../lib/search-params.ts";
import { TextField } from "./field.tsx";

/** Properties sell about this far ahead; each has its own horizon, which the server tells. */
const HORIZON_DAYS = 500;

export interface Dates {
  checkIn: string;
  checkOut: string;
}

/** Why these dates can't be a stay, in words; undefined when they can. */
export function datesError({ checkIn, checkOut }: Dates): string | undefined {
  if (!isDate(checkIn) || !isDate(checkOut)) return m.dates_missing();
  const nights = countNights(checkIn, checkOut);
  if (nights < 1) return m.dates_order();
  if (nights > MAX_NIGHTS) return m.dates_too_long({ count: MAX_NIGHTS });
  return undefined;
}

export function DateFields({ value, onChange, error }: { value: Dates; onChange: (dates: Dates) => void; error?: string | undefined }) {
  const first = earliestToday();
  const arrival = isDate(value.checkIn) ? value.checkIn : undefined;
  // The nights as they were before the arrival was touched: each digit typed there makes another pair of dates.
  const nights = useRef(1);
  const remember = () => {
    if (!datesError(value)) nights.current = countNights(value.checkIn, value.checkOut);
  };
  // Moving the arrival past the departure moves the departure too, by as many nights as before.
  const arrive = (checkIn: string) => {
    const moved = isDate(checkIn) && value.checkOut <= checkIn;
    onChange({ checkIn, checkOut: moved ? addDays(checkIn, nights.current) : value.checkOut });
  };
  return (
    <div className="grid grid-cols-1 gap-3 min-[420px]:grid-cols-2">
      <TextField
        label={m.check_in()}
        type="date"
        required
        min={first}
        max={addDays(first, HORIZON_DAYS)}
        value={value.checkIn}
        onFocus={remember}
        onChange={(event) => arrive(event.target.value)}
      />
      <TextField
        label={m.check_out()}
        type="date"
        required
        min={addDays(arrival ?? first, 1)}
        max={addDays(arrival ?? first, arrival ? MAX_NIGHTS : HORIZON_DAYS)}
        value={value.checkOut}
        onChange={(event) => onChange({ ...value, checkOut: event.target.value })}
        error={error}
      />
    </div>
  );
}
