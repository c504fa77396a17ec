import type { InputHTMLAttributes } from "react";
import { PHONE_COUNTRIES } from "../../server/platform/phone.ts";
import { countryName } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale } from "../lib/i18n/compiled/runtime.js";
import { Field, INPUT, TextField } from "./field.tsx";

interface Props {
  country: string;
  onCountry: (country: string) => void;
  error: string | undefined;
  /** What the form wires to the number. */
  input: InputHTMLAttributes<HTMLInputElement>;
}

/** A telephone number as its owner writes it, and the country that it is of unless it says so itself. */
export function PhoneFields({ country, onCountry, error, input }: Props) {
  return (
    <div className="grid gap-x-3 gap-y-5 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
      <Field label={m.phone_country()}>
        {(control) => (
          <select {...control} className={INPUT} value={country} onChange={(event) => onCountry(event.target.value)}>
            {named().map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField label={m.phone_optional()} type="tel" autoComplete="tel" hint={m.phone_hint()} error={error} {...input} />
    </div>
  );
}

/** By name, as people look for theirs. */
function named(): { value: string; text: string }[] {
  const { compare } = new Intl.Collator(getLocale());
  return PHONE_COUNTRIES.map(({ country, code }) => ({ value: country, text: `${countryName(country)} (+${code})` })).toSorted((a, b) => compare(a.text, b.text));
}

/** Where the browser says that its user is, else where the property is. */
export function phoneCountry(property: string): string {
  const region = new Intl.Locale(navigator.language).region;
  return PHONE_COUNTRIES.find(({ country }) => country === region)?.country ?? property;
}
