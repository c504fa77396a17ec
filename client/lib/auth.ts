import { createAuthClient } from "better-auth/client";
import { getLocale } from "./i18n/compiled/runtime.js";

/** The accounts' client, whose mails come in the language of the screen. Only the sign-in screens import this file: it is large. */
export const auth = createAuthClient({ basePath: "/auth", fetchOptions: { headers: { "accept-language": getLocale() } } });
