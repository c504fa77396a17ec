import { localeField, type Locale } from "../platform/fields.ts";

/** The first of the languages asked for that we have; the app asks for the one of its screens. */
export function localeOf(request: Request | undefined): Locale {
  const wanted = (request?.headers.get("accept-language") ?? "").split(",").map((tag) => localeField.safeParse(tag.trim().slice(0, 2).toLowerCase()).data);
  return wanted.find((locale) => locale !== undefined) ?? "en";
}
