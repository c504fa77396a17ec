import { and, eq, gt, sql, type SQL } from "drizzle-orm";
import { deliveries } from "../../db/schema/notifications.ts";
import type { Context } from "../context.ts";

interface Message {
  bookingId: string | null;
  channel: "email" | "sms";
  /** A keyed hash. */
  recipient: string;
}

/**
 * Whether one more message may go out now: what a person gets is bounded by the address or number, whoever asks for it and
 * for however many bookings, and of mails what one booking sends. Counted without a lock: jobs at the same moment may
 * each be the last that fits.
 */
export async function hasRoom({ config, db }: Pick<Context, "config" | "db">, { bookingId, channel, recipient }: Message): Promise<boolean> {
  const inTheHour = (of: SQL) =>
    sql<number>`(select count(*)::int from ${deliveries} where ${and(of, eq(deliveries.channel, channel), gt(deliveries.sentAt, sql`app_now() - interval '1 hour'`))})`;
  const [sent] = await db.execute<{ recipient: number; booking: number }>(sql`
    select ${inTheHour(eq(deliveries.recipient, recipient))} as recipient, ${bookingId ? inTheHour(sql`${deliveries.bookingId} = ${bookingId} and ${deliveries.audience} = 'guest'`) : sql`0`} as booking`);
  if (channel === "sms") return sent!.recipient < config.TEXTS_PER_RECIPIENT_PER_HOUR;
  return sent!.recipient < config.MAILS_PER_RECIPIENT_PER_HOUR && sent!.booking < config.MAILS_PER_BOOKING_PER_HOUR;
}
