import { eq, sql } from "drizzle-orm";
import { contactProofs } from "../../../db/schema/accounts.ts";
import type { Context } from "../../context.ts";
import { codeOf } from "./code.ts";
import type { ProofPayload } from "./events.ts";

/** The code that is to be mailed, and where. `done`: it has gone out, or was given; `over`: it came too late to be given. */
export async function dueCode({ db, config }: Pick<Context, "db" | "config">, { proofId }: ProofPayload): Promise<{ to: string; code: string } | "done" | "over"> {
  const [proof] = await db
    .select({ to: contactProofs.email, late: sql<boolean>`${contactProofs.expiresAt} <= app_now()` })
    .from(contactProofs)
    .where(eq(contactProofs.id, proofId));
  if (!proof?.to) return "done";
  return proof.late ? "over" : { to: proof.to, code: codeOf(config, proofId) };
}

/** The mail is out: its address is kept no longer. */
export async function forgetAddress({ db }: Pick<Context, "db">, { proofId }: ProofPayload): Promise<void> {
  await db.update(contactProofs).set({ email: null }).where(eq(contactProofs.id, proofId));
}
