import { useRef, useState, type FormEvent } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { readParty, writeStay, type PlaceSearch } from "../lib/search-params.ts";
import { Button } from "./button.tsx";
import { DateFields, datesError } from "./date-fields.tsx";
import { DestinationField, type Place } from "./destination-field.tsx";
import { PartyField } from "./party-field.tsx";

/** Where, when, who. Starts from a URL's search; `onSearch` gets one that can be answered. */
export function SearchForm({ initial, onSearch }: { initial: PlaceSearch; onSearch: (search: PlaceSearch) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [place, setPlace] = useState<Place | undefined>(initial.place ? { id: Number(initial.place), name: initial.name ?? "" } : undefined);
  const [dates, setDates] = useState({ checkIn: initial.in ?? "", checkOut: initial.out ?? "" });
  const [rooms, setRooms] = useState(readParty(initial));
  const [tried, setTried] = useState(false);
  const wrongDates = datesError(dates);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!place || wrongDates) {
      form.current?.querySelector<HTMLInputElement>(place ? "input[type=date]" : "input[role=combobox]")?.focus();
      return;
    }
    onSearch({ place: String(place.id), name: place.name, ...writeStay({ ...dates, rooms }) });
  };

  return (
    <form ref={form} onSubmit={submit} noValidate role="search" aria-label={m.search_label()} className="grid items-start gap-4 lg:grid-cols-[1.3fr_1.5fr_1fr_auto]">
      <DestinationField value={place} onChange={setPlace} error={tried && !place ? m.where_missing() : undefined} />
      <DateFields value={dates} onChange={setDates} error={tried ? wrongDates : undefined} />
      <PartyField value={rooms} onChange={setRooms} />
      <Button type="submit" className="min-h-12 w-full lg:mt-[1.65rem] lg:w-auto">
        {m.search()}
      </Button>
    </form>
  );
}
