import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { AuthForm } from "../components/auth-form.tsx";
import { TextField } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { auth } from "../lib/auth.ts";
import { orThrow } from "../lib/auth-errors.ts";
import { signUpSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { sessionChanged } from "../lib/session.ts";

const route = getRouteApi("/sign-up");

export function SignUp() {
  const { next } = route.useSearch();
  const router = useRouter();
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(signUpSchema), defaultValues: { name: "", email: "", password: "" } });
  const signUp = useMutation({
    mutationFn: (form: z.output<typeof signUpSchema>) => orThrow(auth.signUp.email({ ...form, callbackURL: router.buildLocation(paths.verify()).href })),
    onSuccess: async () => {
      await sessionChanged();
      if (next) router.history.push(next);
    },
  });
  if (signUp.isSuccess) {
    return (
      <Page title={m.almost_there()} width="narrow">
        <Notice tone="good" title={m.check_your_mail()} live>
          {m.check_your_mail_text({ email: signUp.variables.email })}
        </Notice>
        <p className="mt-6">
          <Link {...paths.home()} className="underline underline-offset-4">
            {m.to_search()}
          </Link>
        </p>
      </Page>
    );
  }
  return (
    <Page title={m.sign_up()} lead={m.sign_up_lead()} width="narrow">
      <AuthForm onSubmit={(event) => void handleSubmit((form) => signUp.mutate(form))(event)} submitText={m.sign_up()} loading={signUp.isPending} submitError={signUp.error}>
        <TextField label={m.full_name()} autoComplete="name" error={formState.errors.name && m.error_your_name()} {...register("name")} />
        <TextField label={m.email()} type="email" autoComplete="username" error={formState.errors.email && m.error_email()} {...register("email")} />
        <TextField
          label={m.password()}
          type="password"
          autoComplete="new-password"
          hint={m.password_hint()}
          error={formState.errors.password && m.error_password()}
          {...register("password")}
        />
      </AuthForm>
      <p className="mt-6">
        {m.have_account()}{" "}
        <Link {...paths.signIn(next)} className="font-semibold underline underline-offset-4">
          {m.sign_in()}
        </Link>
      </p>
    </Page>
  );
}
