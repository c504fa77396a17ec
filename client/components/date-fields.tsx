import { addDays, countNights, today } from "../lib/dates.ts";
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
  if (!checkIn || !checkOut) return m.dates_missing();
  const nights = countNights(checkIn, checkOut);
  if (nights < 1) return m.dates_order();
  if (nights > MAX_NIGHTS) return m.dates_too_long({ count: MAX_NIGHTS });
  return undefined;
}

export function DateFields({ value, onChange, error }: { value: Dates; onChange: (dates: Dates) => void; error?: string | undefined }) {
  const first = today();
  // Moving the arrival past the departure moves the departure too, by as many nights as before.
  const arrive = (checkIn: string) => {
    const nights = value.checkIn && value.checkOut ? Math.max(1, countNights(value.checkIn, value.checkOut)) : 1;
    const moved = checkIn && (!value.checkOut || value.checkOut <= checkIn);
    onChange({ checkIn, checkOut: moved ? addDays(checkIn, Math.min(nights, MAX_NIGHTS)) : value.checkOut });
  };
  return (
    <div className="grid grid-cols-1 gap-3 min-[420px]:grid-cols-2">
      <TextField label={m.check_in()} type="date" required min={first} max={addDays(first, HORIZON_DAYS)} value={value.checkIn} onChange={(event) => arrive(event.target.value)} />
      <TextField
        label={m.check_out()}
        type="date"
        required
        min={addDays(value.checkIn || first, 1)}
        max={addDays(value.checkIn || first, value.checkIn ? MAX_NIGHTS : HORIZON_DAYS)}
        value={value.checkOut}
        onChange={(event) => onChange({ ...value, checkOut: event.target.value })}
        error={error}
      />
    </div>
  );
}
