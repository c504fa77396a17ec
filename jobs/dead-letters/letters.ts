import { and, eq, inArray, lt, or, sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { deadLetters, OPEN_LETTERS } from "../../db/schema/jobs.ts";
import { refuse } from "../../server/errors.ts";
import { JOBS } from "../registry.ts";

export type Letter = typeof deadLetters.$inferSelect;

/** The letter still asks for something. */
export const isOpen = isOneOf(deadLetters.state, OPEN_LETTERS);

/** Open letters that a person was called for, one that is being replayed by that person included. */
export const calledPerson = and(isOpen, or(eq(deadLetters.state, "needs_person"), eq(deadLetters.kind, "permanent"), lt(deadLetters.deadlineAt, sql`app_now()`)));

/** Whether a release still has the letter's job. */
export const ofKnownJob = inArray(
  deadLetters.job,
  JOBS.map((job) => job.name),
);

/** Beside the message in `payload`: what failed, in the endpoint's words ("resend 422"). */
export const failureColumn = sql<string>`coalesce(${deadLetters.payload} ->> 'failure', '')`;

export function failureOf(letter: Pick<Letter, "payload">): string {
  return typeof letter.payload["failure"] === "string" ? letter.payload["failure"] : "";
}

/** @throws NOT_FOUND */
export async function letterOf(db: Executor, id: string): Promise<Letter> {
  const [letter] = await db.select().from(deadLetters).where(eq(deadLetters.id, id));
  if (!letter) throw refuse("NOT_FOUND", { what: "dead letter" });
  return letter;
}
