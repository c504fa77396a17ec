import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { AuthForm } from "../components/auth-form.tsx";
import { TextField } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { postAuth } from "../lib/auth.ts";
import { forgotSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";

export function Forgot() {
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(forgotSchema), defaultValues: { email: "" } });
  const ask = useMutation({
    mutationFn: (form: z.output<typeof forgotSchema>) => postAuth("request-password-reset", form),
  });
  return (
    <Page title={m.forgot_password()} lead={m.forgot_lead()} width="narrow">
      {ask.isSuccess ? (
        // The same answer whether there is such an account or not.
        <Notice tone="good" title={m.check_your_mail()} live>
          {m.forgot_sent({ email: ask.variables.email })}
        </Notice>
      ) : (
        <AuthForm onSubmit={(event) => void handleSubmit((form) => ask.mutate(form))(event)} submitText={m.send_link()} loading={ask.isPending} submitError={ask.error}>
          <TextField label={m.email()} type="email" autoComplete="username" error={formState.errors.email && m.error_email()} {...register("email")} />
        </AuthForm>
      )}
    </Page>
  );
}
