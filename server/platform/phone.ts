import { getCountries, getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { z } from "zod";

// Apart from the other fields: the numbering plans of the world are 60 KB, and only who asks for a number loads them.

/** The countries whose numbers may be given in their national form, with their calling codes. */
export const PHONE_COUNTRIES: readonly { country: string; code: string }[] = getCountries().map((country) => ({ country, code: getCountryCallingCode(country) }));

/** Marks that contacts and web pages put around a number, and nobody sees. */
const INVISIBLE = /\p{Cf}/gu;

/**
 * A number as people have it on cards and in contacts ("+44 (0)20 7946 0958", "0044 …", "tel:…") as E.164.
 * @param country ISO 3166-1 alpha-2 of who has it; a number in its national form needs it
 * @returns undefined where the country's numbering plan has no such number, or an extension follows, which E.164 can't say
 */
export function phoneNumber(text: string, country?: string): string | undefined {
  const written = text.normalize("NFKC").replaceAll(INVISIBLE, "").trim().replace(/^tel:/i, "").replace(/^00/, "+");
  const defaultCountry = country !== undefined && isSupportedCountry(country) ? country : undefined;
  const parsed = parsePhoneNumberFromString(written, { extract: false, ...(defaultCountry && { defaultCountry }) });
  return parsed?.isValid() && !parsed.ext ? parsed.number : undefined;
}

/** As typed; `phoneNumber` makes E.164 of it. */
export const phoneText = z.string().max(60);

/** To E.164, or empty; a number in its national form is one of this country. */
export const phoneFieldIn = (country: string | undefined) => phoneText.transform((text, ctx) => phoneOf(text, country, ctx)).default("");

/** International, as nobody says of which country a national number would be. */
export const phoneField = phoneFieldIn(undefined);

/** For the schema of a person whose country may be known: the number, or the issue at the field. */
export function phoneOf(text: string, country: string | undefined, ctx: z.RefinementCtx, path: string[] = []): string {
  if (text.replaceAll(INVISIBLE, "").trim() === "") return "";
  const number = phoneNumber(text, country);
  if (number !== undefined) return number;
  ctx.addIssue({ code: "custom", path, message: "isn't a telephone number with its country code, without an extension" });
  return z.NEVER;
}
