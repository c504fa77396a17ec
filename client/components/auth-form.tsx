import type { FormEventHandler, ReactNode } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

interface Props {
  onSubmit: FormEventHandler;
  submitText: string;
  loading: boolean;
  /** A failed attempt, already a sentence. */
  submitError: Error | null;
  children: ReactNode;
}

/** The shell of the account's forms; what can be forgotten is required. */
export function AuthForm({ onSubmit, submitText, loading, submitError, children }: Props) {
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-5">
      {submitError && <Notice tone="warn" title={submitError.message} live />}
      {children}
      <Button type="submit" busy={loading ? m.one_moment() : undefined}>
        {submitText}
      </Button>
    </form>
  );
}
