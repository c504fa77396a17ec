import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { lookupInput } from "../../server/bookings/lookup-schemas.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { TextField } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { refusalOf } from "../lib/refusal.ts";
import { trpc } from "../lib/trpc.ts";

/** A booking by its code and e-mail, without an account. */
export function Find() {
  const navigate = useNavigate();
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(lookupInput), defaultValues: { code: "", email: "" } });
  const lookup = useMutation({
    ...trpc.bookings.lookup.mutationOptions(),
    onSuccess: ({ bookingId, token }) => navigate(paths.trip(bookingId, { token })),
  });
  const unknown = refusalOf(lookup.error)?.code === "NOT_FOUND";
  return (
    <Page title={m.nav_find()} lead={m.find_lead()} width="narrow">
      <form noValidate onSubmit={(event) => void handleSubmit((form) => lookup.mutate(form))(event)} className="grid gap-5">
        {unknown ? (
          <Notice tone="warn" title={m.find_none()} live>
            {m.find_none_advice()}
          </Notice>
        ) : (
          <ErrorNotice error={lookup.error} />
        )}
        <TextField
          label={m.booking_code()}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          hint={m.code_hint()}
          error={formState.errors.code && m.error_code()}
          {...register("code", { required: true })}
        />
        <TextField label={m.email()} type="email" autoComplete="email" error={formState.errors.email && m.error_email()} {...register("email", { required: true })} />
        <Button type="submit" busy={lookup.isPending ? m.searching() : undefined}>
          {m.find_booking()}
        </Button>
      </form>
    </Page>
  );
}
