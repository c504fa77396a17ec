import { sql } from "drizzle-orm";
import { properties } from "../../db/schema/properties.ts";
import type { Context } from "../context.ts";

/** Words that guessers try first, alone or with digits and signs around them. */
const WORDS = new Set(
  `password passwort passw0rd motdepasse contrasena parola sandi katasandi rahasia qwerty qwertyui qwertyuiop qwertz azerty asdf asdfgh asdfghjk
  asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc qqww welcome letmein login admin administrator root master iloveyou loveyou
  iloveu sayang cinta akucinta princess sunshine superman batman spiderman pokemon football baseball basketball soccer hockey liverpool
  chelsea arsenal barcelona realmadrid juventus monkey dragon tiger shadow michael jordan jennifer jessica ashley charlie andrew daniel
  thomas matthew joshua samantha michelle nicole hannah robert george hunter ranger freedom whatever trustno starwars computer internet
  samsung google facebook instagram apple microsoft windows summer winter spring autumn flower cookie chocolate butterfly purple orange
  secret changeme default guest test testtest tester user demo hotel hotels booking bookings reservation holiday vacation travel room rooms
  manager reception frontdesk nightledger bismillah indonesia jakarta bali surabaya bandung garuda merdeka merdeka45 anjing kucing
  killer pepper ginger jordan23 harley mustang ferrari corvette mercedes porsche yamaha honda suzuki kawasaki access abc abcd abcde abcdef
  abcdefg abcdefgh abcabc aaa asd qwe zxc hello helloworld goodluck lovely baby babygirl angel angels blessed jesus allah god heaven money
  million forever family friends friend lovers mother father sister brother matrix phoenix eagle eagles lakers cowboys steelers yankees
  nothing something anything computer1 pass passpass passwordpassword mypassword newpassword yourpassword password123`.split(/\s+/),
);

/** "P@ssw0rd!" is "password". */
const SWAPS: Record<string, string> = { "@": "a", "4": "a", "8": "b", "3": "e", "1": "i", "!": "i", "0": "o", $: "s", "5": "s", "7": "t" };
/** Forwards, backwards, and over their ends. */
const ROWS = ["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb"].flatMap((row) => [
  row + row,
  (row + row).split("").toReversed().join(""),
]);

const swapped = (text: string): string => text.replaceAll(/[@4831!0$57]/g, (sign) => SWAPS[sign]!);
/** Digits and signs before and behind a word. */
const EDGES = /^[^\p{L}]+|[^\p{L}]+$/gu;

const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");

/**
 * Whether a guesser would find the password within the tries that our limits leave: a common word with digits or signs, one
 * character or pattern repeated, a row of the keyboard, or what is known of the person (`about`: name, e-mail).
 */
export function isCommonPassword(password: string, about: readonly string[] = []): boolean {
  const plain = password.toLowerCase();
  const bare = lettersOf(plain);
  if (/^(.{1,4}?)\1+.?$/u.test(plain) || /^(\p{N}{1,3})\1+$/u.test(bare)) return true;
  if (ROWS.some((row) => row.includes(bare))) return true;
  if (/^\p{N}{8,10}$/u.test(bare)) return true;
  const known = about.flatMap((one) => [one, one.split("@")[0]!, one.split("@")[1]?.split(".")[0] ?? ""]).map(lettersOf);
  const bared = plain.replaceAll(EDGES, "");
  const forms = [plain, bared, swapped(plain), swapped(bared)].flatMap((form) => [lettersOf(form), form.replaceAll(EDGES, "")]);
  return forms.some((form) => WORDS.has(form) || (form.length > 0 && known.some((one) => one.length > 3 && one === form)));
}

/** Whether it is common, or the name of one of our hotels, which everybody reads on our pages. */
export async function isTakenPassword(ctx: Pick<Context, "db">, password: string, about: readonly string[]): Promise<boolean> {
  return isCommonPassword(password, about) || (await isHotelName(ctx, password));
}

async function isHotelName({ db }: Pick<Context, "db">, password: string): Promise<boolean> {
  const bare = lettersOf(password).replaceAll(/[^a-z0-9]/g, "");
  if (bare.length < 4) return false;
  const name = sql`regexp_replace(lower(${properties.name}), '[^a-z0-9]', '', 'g')`;
  const [found] = await db
    .select({ id: properties.id })
    .from(properties)
    .where(sql`${bare} in (${name}, replace(${properties.slug}, '-', ''))`)
    .limit(1);
  return found !== undefined;
}
