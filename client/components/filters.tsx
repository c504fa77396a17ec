import type { FormEvent } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { toMajor, toMinor } from "../lib/money.ts";
import { readList, writeList, type ResultsSearch } from "../lib/search-params.ts";
import { amenityName } from "../lib/words.ts";
import { Button } from "./button.tsx";
import { LABEL, TextField } from "./field.tsx";

const AMENITIES = ["wifi", "pool", "breakfast", "parking", "airport_shuttle", "gym", "spa", "restaurant", "bar"];
const STARS = ["5", "4", "3", "2", "1"];

export type Filters = Pick<ResultsSearch, "type" | "min" | "max" | "cur" | "stars" | "amenities">;
export const NO_FILTERS: Filters = { type: undefined, min: undefined, max: undefined, cur: undefined, stars: undefined, amenities: undefined };

/** Reads the form; amounts are in the currency of the results on screen. */
function readFilters(form: HTMLFormElement, currency: string | undefined): Filters {
  const data = new FormData(form);
  const typed = (name: string) => {
    const value = data.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const amount = (name: string) => (currency ? toMinor(typed(name), currency)?.toString() : undefined);
  const min = amount("min");
  const max = amount("max");
  return {
    type: typed("type") || undefined,
    min,
    max,
    cur: min || max ? currency : undefined,
    stars: writeList(data.getAll("stars").map(String)),
    amenities: writeList(data.getAll("amenities").map(String)),
  };
}

/** The results' filters. Uncontrolled: the URL is their state, `key` them by it. */
export function FilterForm({ value, currency, onChange }: { value: Filters; currency: string | undefined; onChange: (filters: Filters) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onChange(readFilters(event.currentTarget, currency));
  };
  const shown = (minor: string | undefined) => (minor && currency ? toMajor(Number(minor), currency) : "");
  return (
    <form onSubmit={submit} className="grid gap-6" aria-label={m.filters()}>
      <TextField label={m.room_type()} name="type" maxLength={60} placeholder={m.room_type_placeholder()} defaultValue={value.type ?? ""} />
      <fieldset disabled={!currency}>
        <legend className={LABEL}>{currency ? m.price_total({ currency }) : m.price_total_unknown()}</legend>
        <div className="grid grid-cols-2 gap-3">
          <TextField label={m.from()} name="min" type="number" min="0" step="any" inputMode="decimal" defaultValue={shown(value.min)} />
          <TextField label={m.up_to()} name="max" type="number" min="0" step="any" inputMode="decimal" defaultValue={shown(value.max)} />
        </div>
      </fieldset>
      <Checks legend={m.stars_label()} name="stars" options={STARS} chosen={readList(value.stars)} text={(count) => m.stars({ count: Number(count) })} />
      <Checks legend={m.amenities()} name="amenities" options={AMENITIES} chosen={readList(value.amenities)} text={amenityName} />
      <div className="grid gap-2">
        <Button type="submit" kind="secondary">
          {m.apply_filters()}
        </Button>
        {Object.values(value).some(Boolean) && (
          <Button kind="quiet" onClick={() => onChange(NO_FILTERS)}>
            {m.clear_filters()}
          </Button>
        )}
      </div>
    </form>
  );
}

function Checks({ legend, name, options, chosen, text }: { legend: string; name: string; options: string[]; chosen: string[]; text: (option: string) => string }) {
  return (
    <fieldset>
      <legend className={LABEL}>{legend}</legend>
      <div className="grid gap-0.5">
        {options.map((option) => (
          <label key={option} className="flex min-h-9 items-center gap-2.5 rounded-lg">
            <input type="checkbox" name={name} value={option} defaultChecked={chosen.includes(option)} className="size-5 accent-navy-900" />
            {text(option)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
