import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { AuthForm } from "../components/auth-form.tsx";
import { TextField } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { postAuth } from "../lib/auth.ts";
import { signInSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { sessionChanged } from "../lib/session.ts";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const { next } = route.useSearch();
  const router = useRouter();
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(signInSchema), defaultValues: { email: "", password: "" } });
  const signIn = useMutation({
    mutationFn: (form: z.output<typeof signInSchema>) => postAuth("sign-in/email", form),
    onSuccess: async () => {
      await sessionChanged();
      router.history.push(next ?? router.buildLocation(paths.trips()).href);
    },
  });
  return (
    <Page title={m.sign_in()} lead={m.sign_in_lead()} width="narrow">
      <AuthForm onSubmit={(event) => void handleSubmit((form) => signIn.mutate(form))(event)} submitText={m.sign_in()} loading={signIn.isPending} submitError={signIn.error}>
        <TextField label={m.email()} type="email" autoComplete="username" error={formState.errors.email && m.error_email()} {...register("email")} />
        <TextField label={m.password()} type="password" autoComplete="current-password" error={formState.errors.password && m.error_password_missing()} {...register("password")} />
      </AuthForm>
      <div className="mt-6 grid gap-3">
        <Link {...paths.forgot()} className="justify-self-start underline underline-offset-4">
          {m.forgot_password()}
        </Link>
        <p>
          {m.no_account()}{" "}
          <Link {...paths.signUp(next)} className="font-semibold underline underline-offset-4">
            {m.sign_up()}
          </Link>
        </p>
        <p className="text-soft">
          {m.no_account_needed()}{" "}
          <Link {...paths.find()} className="underline underline-offset-4">
            {m.nav_find()}
          </Link>
        </p>
      </div>
    </Page>
  );
}
