import { and, desc, eq, isNull, notInArray, or } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { deliveries, type DELIVERY_STATES } from "../../db/schema/notifications.ts";
import type { BookingView } from "./schemas.ts";

type Messages = BookingView["messages"];

/** What a guest must know of a message's way. */
const REACHED = {
  queued: "sending",
  // Tried again by itself.
  held_back: "sending",
  sending: "sending",
  sent: "sent",
  delayed: "sent",
  delivered: "arrived",
  // Arrived, and was called spam.
  complained: "arrived",
  bounced: "lost",
  failed: "lost",
} as const satisfies Record<(typeof DELIVERY_STATES)[number], Messages["email"]>;

/** Nothing is known of these: not sent since it was no longer true, or a text that may have gone out. */
const UNTOLD = ["overtaken", "unknown"];

/** What became of the booking's latest e-mail and of its latest text. */
export async function messagesOf(db: Executor, bookingId: string): Promise<Messages> {
  const rows = await db
    .selectDistinctOn([deliveries.channel], { channel: deliveries.channel, state: deliveries.state })
    .from(deliveries)
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.audience, "guest"), or(isNull(deliveries.error), notInArray(deliveries.error, UNTOLD))))
    .orderBy(deliveries.channel, desc(deliveries.version), desc(deliveries.id));
  const latest = (channel: "email" | "sms") => {
    const row = rows.find((one) => one.channel === channel);
    return row ? REACHED[row.state] : "none";
  };
  return { email: latest("email"), sms: latest("sms") };
}
