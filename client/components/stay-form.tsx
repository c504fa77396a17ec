import { useState, type FormEvent } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { readParty, writeStay, type StaySearch } from "../lib/search-params.ts";
import { Button } from "./button.tsx";
import { DateFields, datesError } from "./date-fields.tsx";
import { PartyField } from "./party-field.tsx";

/** When and who, where the property is known. */
export function StayForm({ initial, onChange }: { initial: StaySearch; onChange: (stay: StaySearch) => void }) {
  const [dates, setDates] = useState({ checkIn: initial.in ?? "", checkOut: initial.out ?? "" });
  const [rooms, setRooms] = useState(readParty(initial));
  const [tried, setTried] = useState(false);
  const error = datesError(dates);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!error) onChange(writeStay({ ...dates, rooms }));
  };
  return (
    <form onSubmit={submit} noValidate aria-label={m.stay_label()} className="grid items-start gap-4 md:grid-cols-[1.5fr_1fr_auto]">
      <DateFields value={dates} onChange={setDates} error={tried ? error : undefined} />
      <PartyField value={rooms} onChange={setRooms} />
      <Button type="submit" kind="secondary" className="min-h-12 md:mt-[1.65rem]">
        {m.check_availability()}
      </Button>
    </form>
  );
}
