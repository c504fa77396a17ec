import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { AuthForm } from "../components/auth-form.tsx";
import { Button } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { postAuth } from "../lib/auth.ts";
import { signUpSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";

const route = getRouteApi("/sign-up");

export function SignUp() {
  const { next } = route.useSearch();
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(signUpSchema), defaultValues: { name: "", email: "", password: "" } });
  const signUp = useMutation({
    mutationFn: (form: z.output<typeof signUpSchema>) => postAuth("sign-up/email", { ...form, next }),
  });
  // Kept, to be sent once more: the second mail's link is as good as the first's.
  const again = useMutation({ mutationFn: () => postAuth("sign-up/email", { ...signUp.variables, next }) });
  if (signUp.isSuccess) {
    return (
      <Page title={m.almost_there()} width="narrow">
        <Notice tone="good" title={m.check_your_mail()} live>
          <p>{m.check_your_mail_text({ email: signUp.variables.email })}</p>
          <p>{m.check_your_mail_here()}</p>
        </Notice>
        <p role="status" className="mt-4 font-medium">
          {again.isSuccess ? m.mail_sent() : (again.error?.message ?? "")}
        </p>
        {!again.isSuccess && (
          <Button kind="secondary" busy={again.isPending ? m.one_moment() : undefined} onClick={() => again.mutate()}>
            {m.send_again()}
          </Button>
        )}
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
