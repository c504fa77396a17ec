import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { AuthForm } from "../components/auth-form.tsx";
import { TextField } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { auth } from "../lib/auth.ts";
import { orThrow } from "../lib/auth-errors.ts";
import { forgotSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";

export function Forgot() {
  const router = useRouter();
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(forgotSchema), defaultValues: { email: "" } });
  const ask = useMutation({
    mutationFn: ({ email }: z.output<typeof forgotSchema>) => orThrow(auth.requestPasswordReset({ email, redirectTo: router.buildLocation(paths.reset()).href })),
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
