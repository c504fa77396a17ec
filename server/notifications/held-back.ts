import { and, asc, eq, gt, sql } from "drizzle-orm";
import { deliveries } from "../../db/schema/notifications.ts";
import type { Context } from "../context.ts";

interface HeldBack {
  bookingId: string;
  kind: string;
  version: number;
}

/** Messages of a channel that were held back, those first that were tried longest ago. */
export async function heldBack({ db }: Pick<Context, "db">, most: number, channel: "email" | "sms"): Promise<HeldBack[]> {
  const rows = await db
    .select({ bookingId: sql<string>`${deliveries.bookingId}`, kind: deliveries.kind, version: deliveries.version })
    .from(deliveries)
    .where(and(sql`${deliveries.state} = 'held_back'`, eq(deliveries.channel, channel)))
    .orderBy(asc(deliveries.updatedAt))
    .limit(most);
  return rows;
}

/** Holds back once more what couldn't go now: no job tries it again. */
export async function holdAgain({ db }: Pick<Context, "db">, channel: "email" | "sms", { bookingId, kind, version }: HeldBack): Promise<void> {
  await db
    .update(deliveries)
    .set({ state: "held_back", updatedAt: sql`app_now()` })
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.kind, kind), eq(deliveries.channel, channel), eq(deliveries.version, version), eq(deliveries.state, "queued")));
}

/** Closes the texts that were held back until their time was over. @returns how many */
export async function dropLateTexts({ db }: Pick<Context, "db">, usefulMs: number): Promise<number> {
  const dropped = await db
    .update(deliveries)
    .set({ state: "failed", error: "dropped: too late", updatedAt: sql`app_now()` })
    .where(and(sql`${deliveries.state} = 'held_back'`, eq(deliveries.channel, "sms"), sql`${deliveries.createdAt} < app_now() - ${usefulMs / 1000}::int * interval '1 second'`))
    .returning({ id: deliveries.id });
  return dropped.length;
}

/** Whether a mail of this kind is made of a newer state of the booking: it says all that this one would. */
export async function hasNewer({ db }: Pick<Context, "db">, { bookingId, kind, version }: HeldBack): Promise<boolean> {
  const rows = await db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.kind, kind), eq(deliveries.channel, "email"), gt(deliveries.version, version)))
    .limit(1);
  return rows.length > 0;
}
