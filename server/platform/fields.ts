import { z } from "zod";

// The input fields that several verbs share. Every one is bounded.

/** A calendar date "YYYY-MM-DD" that exists (no 30 February), from 2000 to 2100. */
export const dateField = z
  .string()
  .max(10)
  .pipe(z.iso.date())
  .refine((date) => date >= "2000-01-01" && date < "2100-01-01", "out of range");

export const idField = z.uuid();
/** Ids of room types and products. */
export const smallIdField = z.int().min(1).max(2_147_483_647);
export const localeField = z.enum(["en", "id"]);
export type Locale = z.infer<typeof localeField>;

/** Made by the client once per intent, and sent again with each retry of it. */
export const idempotencyKeyField = z
  .string()
  .min(8)
  .max(100)
  .regex(/^[\w.:-]+$/);

/** Text typed by a person: trimmed, without control characters or lone surrogates. */
export function textField(max: number) {
  return z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text.replaceAll(/[\n\t]/g, "")), "has characters that can't be used")
    .transform((text) => text.trim());
}

/** ISO 3166-1 alpha-2. */
export const countryField = z
  .string()
  .max(2)
  .regex(/^[A-Z]{2}$/);

/** A domain as mail servers take it: labels in ASCII, an internationalised one in Punycode. */
const MAIL_ADDRESS = /^(?!\.)(?!.*\.\.)[\w'+.-]*[\w+-]@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+(?:[a-z]{2,}|xn--[a-z\d-]+)$/i;
/** What only an internationalised domain is made of: nothing that ends a URL's host name. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.。．｡-]+$/u;

function asciiAddress(text: string): string {
  const address = text.trim();
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (at < 1 || /^[\u0020-\u007e]*$/.test(domain) || !DOMAIN.test(domain) || !URL.canParse(`http://${domain}`)) return address.toLowerCase();
  return `${address.slice(0, at)}@${new URL(`http://${domain}`).hostname}`.toLowerCase();
}

/** An e-mail address, in lower case, an internationalised domain ("büro.example") as DNS has it ("xn--bro-hoa.example"). */
export const emailAddress = z
  .string()
  .max(254)
  .transform(asciiAddress)
  .pipe(z.email({ pattern: MAIL_ADDRESS }).max(254));
/** What a mail program makes a link of: nobody's mail is to carry a stranger's by way of a greeting. */
const LINK =
  /:\/\/|www\.|@|\.\p{L}{2,}[/:?#]|[\p{L}\p{N}-]{2,}\.(?:com|net|org|info|biz|io|co|app|dev|xyz|top|shop|site|online|club|click|link|live|me|page|web|ru|cn|id|uk|de|in|us|eu|ly|gg|to|test)(?![\p{L}\p{N}])/iu;
/** Letters with what is written around them: no line ends, nothing that hides, fills, or turns the text's direction. */
const VISIBLE = /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}\p{P}\p{S} ])+$/u;
/** Some scripts join letters by them. */
const JOINERS = /(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{L})/gu;

function isName(name: string): boolean {
  return VISIBLE.test(name.replaceAll(JOINERS, "")) && /\p{L}/u.test(name) && !LINK.test(name);
}

/** A person's name: one line of visible letters in composed form (NFC), without a web address. At most 200 characters. */
export const personNameField = z
  .string()
  .max(200)
  .transform((name) => name.normalize("NFC").trim())
  .pipe(z.string().min(1, "required").max(200).refine(isName, "isn't a name"));

/** A vendor's id, type or reason in a signed webhook: one line of at most `max` characters, as Postgres can store it. */
export function vendorTextField(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "has characters that can't be used");
}

/** Who sleeps in one room. Ages at check-in. */
export const partyRoomField = z.object({
  adults: z.int().min(1).max(20),
  childAges: z.array(z.int().min(0).max(17)).max(10).default([]),
});
export type PartyRoom = z.infer<typeof partyRoomField>;

/** The most nights of one stay. */
export const MAX_NIGHTS = 30;
/** The most rooms of one booking. */
export const MAX_ROOMS = 8;

export const stayFields = { checkIn: dateField, checkOut: dateField };

/** Check-out after check-in, at most `MAX_NIGHTS` nights. */
export function refineStay<T extends { checkIn: string; checkOut: string }>(stay: T, ctx: z.core.$RefinementCtx<T>): void {
  const nights = (Date.parse(stay.checkOut) - Date.parse(stay.checkIn)) / 86_400_000; // both are UTC midnights here
  if (nights < 1) ctx.addIssue({ code: "custom", path: ["checkOut"], message: "must be after check-in" });
  if (nights > MAX_NIGHTS) ctx.addIssue({ code: "custom", path: ["checkOut"], message: `at most ${MAX_NIGHTS} nights` });
}
