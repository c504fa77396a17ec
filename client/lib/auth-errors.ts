import { isOffline } from "./ask.ts";
import { m } from "./i18n/compiled/messages.js";

interface AuthError {
  code?: string | undefined;
  status: number;
}

/** What the accounts' endpoints refuse with, as a sentence with what to do next. */
function authSentence({ code, status }: AuthError): string {
  switch (code) {
    case "INVALID_EMAIL_OR_PASSWORD":
      return m.auth_wrong();
    case "EMAIL_NOT_VERIFIED":
      return m.auth_unverified();
    case "USER_ALREADY_EXISTS":
    case "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL":
      return m.auth_exists();
    case "INVALID_NAME":
      return m.error_your_name();
    case "PASSWORD_TOO_SHORT":
    case "PASSWORD_TOO_LONG":
      return m.error_password();
    case "INVALID_TOKEN":
      return m.auth_bad_link();
  }
  if (status === 429) return m.auth_too_many();
  if (status === 0) return isOffline() ? m.error_offline_advice() : m.error_unreachable_advice();
  return status >= 500 ? m.error_unavailable_advice() : m.error_unknown_advice();
}

/** Turns better-auth's `{ data, error }` into a promise that fails with a sentence. */
export async function orThrow<T>(answer: Promise<{ data: T; error: AuthError | null }>): Promise<T> {
  const { data, error } = await answer.catch(() => ({ data: null, error: { status: 0 } }));
  if (error) throw new Error(authSentence(error));
  return data as T;
}
