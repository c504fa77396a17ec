import { zodResolver } from "@hookform/resolvers/zod";
import { useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { guestFields, holdInput } from "../../server/bookings/schemas.ts";
import { phoneFieldIn } from "../../server/platform/phone.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { Button } from "./button.tsx";
import { Field, INPUT, TextField } from "./field.tsx";
import { phoneCountry, PhoneFields } from "./phone-fields.tsx";

const schemaIn = (country: string) => guestFields.extend({ phone: phoneFieldIn(country), notes: holdInput.shape.notes });
type Schema = ReturnType<typeof schemaIn>;
export type GuestDetails = z.output<Schema>;

const ERRORS = { name: m.error_name, email: m.error_email, phone: m.error_phone, notes: m.error_notes };

interface Props {
  initial: { name: string; email: string };
  /** Where the property is. */
  country: string;
  loading: boolean;
  /** What stands in the way of the last try, right above the button where the eyes are. */
  notice: ReactNode;
  submitText: string;
  onSubmit: (guest: GuestDetails) => void;
}

/** Who comes. What can be forgotten is required. */
export function GuestForm({ initial, country: propertyCountry, loading, notice, submitText, onSubmit }: Props) {
  const [country, setCountry] = useState(() => phoneCountry(propertyCountry));
  const { register, handleSubmit, formState, clearErrors } = useForm<z.input<Schema>, unknown, GuestDetails>({
    resolver: zodResolver(schemaIn(country)),
    // Who is signed in may turn out later, or to be nobody any more: what was typed stays.
    values: { ...initial, phone: "", notes: "" },
    resetOptions: { keepDirtyValues: true },
  });
  const error = (field: keyof typeof ERRORS) => (formState.errors[field] ? ERRORS[field]() : undefined);
  return (
    <form noValidate onSubmit={(event) => void handleSubmit(onSubmit)(event)} className="grid gap-5">
      <TextField label={m.full_name()} autoComplete="name" error={error("name")} {...register("name")} />
      <TextField label={m.email()} type="email" autoComplete="email" hint={m.email_hint()} error={error("email")} {...register("email")} />
      <PhoneFields
        country={country}
        onCountry={(chosen) => {
          setCountry(chosen);
          // It was said of the country before.
          clearErrors("phone");
        }}
        error={error("phone")}
        input={register("phone")}
      />
      <Field label={m.notes_optional()} error={error("notes")}>
        {(control) => <textarea {...control} rows={3} maxLength={2000} placeholder={m.notes_placeholder()} className={INPUT} {...register("notes")} />}
      </Field>
      {notice}
      <Button type="submit" busy={loading ? m.holding() : undefined}>
        {submitText}
      </Button>
      <p className="text-sm text-soft">{m.hold_explained()}</p>
    </form>
  );
}
