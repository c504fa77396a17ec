import { useState, type FormEvent } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale } from "../lib/i18n/compiled/runtime.js";
import { formatAmount, parseAmount } from "../lib/money.ts";
import { readList, writeList, type Filters } from "../lib/search-params.ts";
import { amenityName } from "../lib/words.ts";
import { Button } from "./button.tsx";
import { LABEL, TextField } from "./field.tsx";

const AMENITIES = ["wifi", "pool", "breakfast", "parking", "airport_shuttle", "gym", "spa", "restaurant", "bar"];
const STARS = ["5", "4", "3", "2", "1"];

export const NO_FILTERS: Filters = { type: undefined, min: undefined, max: undefined, cur: undefined, stars: undefined, amenities: undefined, free: undefined };

type Errors = Partial<Record<"min" | "max", string>>;

function orderError({ min, max }: Pick<Filters, "min" | "max">): Errors {
  return min && max && Number(min) > Number(max) ? { max: m.error_amount_order() } : {};
}

/** Reads the form; amounts are in the currency of the results on screen, as a page in the reader's language writes them. */
function readFilters(form: HTMLFormElement, currency: string | undefined): { filters: Filters; errors: Errors } {
  const data = new FormData(form);
  const errors: Errors = {};
  const typed = (name: string) => {
    const value = data.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const amount = (name: "min" | "max") => {
    const text = typed(name);
    if (text === "" || !currency) return undefined;
    const minor = parseAmount(text, getLocale(), currency);
    if (minor === undefined) errors[name] = m.error_amount({ example: formatAmount(1_234_000, currency) });
    return minor?.toString();
  };
  const [min, max] = [amount("min"), amount("max")];
  const filters = {
    type: typed("type") || undefined,
    min,
    max,
    cur: min || max ? currency : undefined,
    stars: writeList(data.getAll("stars").map(String)),
    amenities: writeList(data.getAll("amenities").map(String)),
    free: data.has("free") ? ("1" as const) : undefined,
  };
  return { filters, errors: { ...orderError(filters), ...errors } };
}

/** The results' filters. Uncontrolled: the URL is their state, `key` them by it. */
export function FilterForm({ value, currency, onChange }: { value: Filters; currency: string | undefined; onChange: (filters: Filters) => void }) {
  const [errors, setErrors] = useState<Errors>(() => orderError(value));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const read = readFilters(form, currency);
    setErrors(read.errors);
    const wrong = Object.keys(read.errors)[0];
    if (wrong) form.querySelector<HTMLInputElement>(`input[name=${wrong}]`)?.focus();
    else onChange(read.filters);
  };
  const shown = (minor: string | undefined) => (minor && currency ? formatAmount(Number(minor), currency) : "");
  return (
    <form noValidate onSubmit={submit} className="grid gap-6" aria-label={m.filters()}>
      <TextField label={m.room_type()} name="type" maxLength={60} placeholder={m.room_type_placeholder()} defaultValue={value.type ?? ""} />
      <fieldset>
        <legend className={LABEL}>{m.cancelling_label()}</legend>
        <Check name="free" value="1" checked={value.free !== undefined} text={m.free_cancellation()} />
      </fieldset>
      <fieldset disabled={!currency}>
        <legend className={LABEL}>{currency ? m.price_total({ currency }) : m.price_total_unknown()}</legend>
        <div className="grid grid-cols-2 gap-3">
          <TextField label={m.from()} name="min" inputMode="decimal" maxLength={30} autoComplete="off" defaultValue={shown(value.min)} error={errors.min} />
          <TextField label={m.up_to()} name="max" inputMode="decimal" maxLength={30} autoComplete="off" defaultValue={shown(value.max)} error={errors.max} />
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
          <Check key={option} name={name} value={option} checked={chosen.includes(option)} text={text(option)} />
        ))}
      </div>
    </fieldset>
  );
}

function Check({ name, value, checked, text }: { name: string; value: string; checked: boolean; text: string }) {
  return (
    <label className="flex min-h-9 items-center gap-2.5 rounded-lg">
      <input type="checkbox" name={name} value={value} defaultChecked={checked} className="size-5 accent-navy-900" />
      {text}
    </label>
  );
}
