import { count, desc, sql } from "drizzle-orm";
import { z } from "zod";
import { deadLetters } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
import { namesOf, type BookingNames } from "../names.ts";
import { authorise } from "./authorise.ts";
import { failureOf, isOpen, letterOf, type Letter } from "./letters.ts";

export interface ListedLetter {
  id: string;
  job: string;
  state: Letter["state"];
  /** What failed: with the job it names the incident. */
  failure: string;
  ageSeconds: number;
  /** How often it was published; each is a burst of up to four deliveries. */
  tries: number;
  error: string;
  nextReplayAt: Date | null;
  booking: BookingNames | undefined;
}

/** The open letters, those that wait for a person first, newest first; `all`: the closed ones too. @throws FORBIDDEN */
export async function list(ctx: Context, { all = false, limit = 50 }: { all?: boolean; limit?: number } = {}): Promise<{ letters: ListedLetter[]; total: number }> {
  authorise(ctx);
  const which = all ? undefined : isOpen;
  const rows = await ctx.db
    .select({ letter: deadLetters, age: sql<number>`extract(epoch from app_now() - ${deadLetters.createdAt})::float` })
    .from(deadLetters)
    .where(which)
    .orderBy(desc(sql`${deadLetters.state} = 'needs_person'`), desc(deadLetters.id))
    .limit(limit);
  const [counted] = await ctx.db.select({ total: count() }).from(deadLetters).where(which);
  const names = await namesOf(
    ctx.db,
    rows.map(({ letter }) => bookingIdOf(letter)),
  );
  return { letters: rows.map(({ letter, age }) => listed(letter, age, names.get(bookingIdOf(letter) ?? ""))), total: counted?.total ?? 0 };
}

/** The booking that the letter's message is of, if it is of one. */
function bookingIdOf({ payload }: Letter): string | undefined {
  return z.object({ payload: z.object({ bookingId: z.uuid() }) }).safeParse(payload).data?.payload.bookingId;
}

function listed(letter: Letter, ageSeconds: number, booking: BookingNames | undefined): ListedLetter {
  const { id, job, state, error, nextReplayAt, replays } = letter;
  return { id, job, state, failure: failureOf(letter), ageSeconds, tries: replays + 1, error, nextReplayAt, booking };
}

/** One letter whole. @throws FORBIDDEN, NOT_FOUND */
export async function show(ctx: Context, { id }: { id: string }): Promise<Letter & { booking: BookingNames | undefined }> {
  authorise(ctx);
  const letter = await letterOf(ctx.db, id);
  const bookingId = bookingIdOf(letter);
  return { ...letter, booking: (await namesOf(ctx.db, [bookingId])).get(bookingId ?? "") };
}
