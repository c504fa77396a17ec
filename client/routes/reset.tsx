import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { AuthForm } from "../components/auth-form.tsx";
import { buttonClass } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { postAuth } from "../lib/auth.ts";
import { resetSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";

const route = getRouteApi("/reset");

export function Reset() {
  const { token } = route.useSearch();
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(resetSchema), defaultValues: { password: "" } });
  const reset = useMutation({
    mutationFn: ({ password }: z.output<typeof resetSchema>) => postAuth("reset-password", { newPassword: password, token: token ?? "" }),
  });
  if (!token || reset.isSuccess) {
    return (
      <Page title={m.new_password()} width="narrow">
        <Notice tone={token ? "good" : "warn"} title={token ? m.password_changed() : m.auth_bad_link()} live>
          <Link {...(token ? paths.signIn() : paths.forgot())} className={buttonClass("primary", "mt-3")}>
            {token ? m.sign_in() : m.send_link()}
          </Link>
        </Notice>
      </Page>
    );
  }
  return (
    <Page title={m.new_password()} width="narrow">
      <AuthForm onSubmit={(event) => void handleSubmit((form) => reset.mutate(form))(event)} submitText={m.save_password()} loading={reset.isPending} submitError={reset.error}>
        <TextField
          label={m.new_password()}
          type="password"
          autoComplete="new-password"
          hint={m.password_hint()}
          error={formState.errors.password && m.error_password()}
          {...register("password")}
        />
      </AuthForm>
    </Page>
  );
}
