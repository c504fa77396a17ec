import { count, desc, sql } from "drizzle-orm";
import { deadLetters } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
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
  return { letters: rows.map(({ letter, age }) => listed(letter, age)), total: counted?.total ?? 0 };
}

function listed(letter: Letter, ageSeconds: number): ListedLetter {
  const { id, job, state, error, nextReplayAt, replays } = letter;
  return { id, job, state, failure: failureOf(letter), ageSeconds, tries: replays + 1, error, nextReplayAt };
}

/** One letter whole. @throws FORBIDDEN, NOT_FOUND */
export async function show(ctx: Context, { id }: { id: string }): Promise<Letter> {
  authorise(ctx);
  return letterOf(ctx.db, id);
}
