import { and, asc, eq, gt, sql } from "drizzle-orm";
import { deliveries } from "../../db/schema/notifications.ts";
import type { Context } from "../context.ts";

interface HeldBack {
  bookingId: string;
  kind: string;
  version: number;
}

/** Mails that were held back, those first that were tried longest ago. */
export async function heldBack({ db }: Pick<Context, "db">, most: number): Promise<HeldBack[]> {
  const rows = await db
    .select({ bookingId: sql<string>`${deliveries.bookingId}`, kind: deliveries.kind, version: deliveries.version })
    .from(deliveries)
    .where(and(sql`${deliveries.state} = 'held_back'`, eq(deliveries.channel, "email")))
    .orderBy(asc(deliveries.updatedAt))
    .limit(most);
  return rows;
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
