import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { chooseSchema } from "../lib/auth-schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { AuthForm } from "./auth-form.tsx";
import { TextField } from "./field.tsx";

export type Chosen = z.output<typeof chooseSchema>;

interface Props {
  /** Whose account it becomes; password managers read it. */
  email: string;
  onChosen: (credential: Chosen) => void;
  loading: boolean;
  submitError: Error | null;
}

/** Name and password of the account that a proven address gets. */
export function ChooseCredential({ email, onChosen, loading, submitError }: Props) {
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(chooseSchema), defaultValues: { name: "", password: "" } });
  return (
    <AuthForm onSubmit={(event) => void handleSubmit(onChosen)(event)} submitText={m.save_password()} loading={loading} submitError={submitError}>
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TextField label={m.full_name()} autoComplete="name" error={formState.errors.name && m.error_your_name()} {...register("name")} />
      <TextField
        label={m.password()}
        type="password"
        autoComplete="new-password"
        hint={m.password_hint()}
        error={formState.errors.password && m.error_password()}
        {...register("password")}
      />
    </AuthForm>
  );
}
