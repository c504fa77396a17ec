import { isOffline } from "./ask.ts";
import { getLocale } from "./i18n/compiled/runtime.js";
import { m } from "./i18n/compiled/messages.js";

/** Past this a request is given up. */
const TIMEOUT_MS = 20_000;

/** What the accounts' endpoints refuse with, as a sentence with what to do next. */
function authSentence(code: string | undefined, status: number): string {
  switch (code) {
    case "INVALID_EMAIL_OR_PASSWORD":
      return m.auth_wrong();
    case "EMAIL_NOT_VERIFIED":
      return m.auth_unverified();
    case "PASSWORD_COMMON":
      return m.auth_common_password();
    case "INVALID_TOKEN":
    case "INVITATION_NOT_FOUND":
      return m.auth_bad_link();
    case "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION":
      return m.invitation_of_another();
  }
  if (status === 429) return m.auth_too_many();
  if (status === 0) return isOffline() ? m.error_offline_advice() : m.error_unreachable_advice();
  return status >= 500 ? m.error_unavailable_advice() : m.error_unknown_advice();
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(`/auth/${path}`, { credentials: "same-origin", signal, ...init }).catch(() => undefined);
  const body = (await answer?.json().catch(() => undefined)) as { code?: string } | undefined;
  if (!answer?.ok) throw new Error(authSentence(body?.code, answer?.status ?? 0));
  return body as T;
}

/** Calls an endpoint of the accounts, whose mails come in the language of the screen. @throws Error whose message is a sentence */
export function postAuth<T>(path: string, body: object): Promise<T> {
  return call(path, { method: "POST", headers: { "content-type": "application/json", "accept-language": getLocale() }, body: JSON.stringify(body) });
}

/** @throws Error whose message is a sentence */
export function getAuth<T>(path: string, query: Record<string, string>): Promise<T> {
  return call(`${path}?${new URLSearchParams(query)}`, {});
}
