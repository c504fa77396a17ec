import type { z } from "zod";
import { BOOKING_EVENTS, MONEY_NEWS, newsOf, settledBy, viewOf, type HistoryType, type MoneyNews } from "../server/bookings/index.ts";
import type { Context } from "../server/context.ts";
import { composePropertyMail, deliver, factsOf, linksOf, PROPERTY_NEWS, type Mail, type PropertyMailKind, type PropertyNews } from "../server/notifications/index.ts";
import { defineJob, HOUR_MS, type Job } from "./define.ts";
import type { EventType } from "./events.ts";
import { whyNot } from "./messages.ts";

interface About {
  bookingId: string;
  version: number;
  news?: MoneyNews;
  about?: string;
}

const isPropertys = (news: MoneyNews): news is PropertyNews => news in PROPERTY_NEWS.en;

/** Which events of a booking's history a mail tells the money of. */
const TELLS_OF: Partial<Record<PropertyMailKind, readonly HistoryType[]>> = {
  property_changed: ["modified", "room_cancelled"],
  property_cancelled: ["cancelled"],
};

/** @returns undefined where the property has no address, or nothing to do */
async function mailOf(ctx: Context, kind: PropertyMailKind, { bookingId, version, news, about }: About): Promise<(Mail & { to: string }) | undefined> {
  if (news && !isPropertys(news)) return undefined;
  const view = await viewOf(ctx, ctx.db, bookingId);
  const { email: to, country } = view.property;
  if (to === "") return undefined;
  const types = TELLS_OF[kind];
  const settlement = types && (await settledBy(ctx.db, bookingId, version, types));
  const facts = factsOf({ ...view, locale: country === "ID" ? "id" : "en" }, linksOf(view, ctx.config.PUBLIC_URL), settlement);
  // What was given back wasn't owed: nothing is missing.
  if (news === "refund_made" && facts.open === 0) return undefined;
  const own = news && about ? { name: news, own: await newsOf(ctx.db, { bookingId, news, about }) } : undefined;
  return { to, ...(await composePropertyMail(kind, facts, view.guest, view.notes, own)) };
}

/** Tells the property, at its own address. It reads the booking as it is by then. */
function propertyJob(name: string, event: EventType & keyof typeof BOOKING_EVENTS, kind: PropertyMailKind, when?: (payload: About) => boolean): Job {
  const input: z.ZodType<About> = BOOKING_EVENTS[event];
  const messageOf = ({ bookingId, version, news, about }: About) => ({
    bookingId,
    kind: news ? `${kind}_${news}` : kind,
    version,
    channel: "email" as const,
    about,
  });
  return defineJob({
    name,
    on: [event],
    input,
    ...(when && { when }),
    deadlineMs: 24 * HOUR_MS,
    async handler(ctx, payload) {
      const mail = await mailOf(ctx, kind, payload);
      if (mail) await deliver(ctx, { ...messageOf(payload), audience: "property", compose: () => Promise.resolve(mail) });
    },
    async preview(ctx, payload) {
      const mail = await mailOf(ctx, kind, payload);
      if (!mail) return ["nothing: the property has no e-mail address, or nothing to do"];
      return (await whyNot(ctx, messageOf(payload))) ?? [`send an e-mail to ${mail.to}: ${mail.subject}`, "", mail.text];
    },
  });
}

export const propertyJobs: readonly Job[] = [
  propertyJob("tell-property-booked", "booking.confirmed", "property_booked"),
  propertyJob("tell-property-changed", "booking.modified", "property_changed"),
  propertyJob("tell-property-cancelled", "booking.cancelled", "property_cancelled"),
  propertyJob("tell-property-money", "booking.money_news", "property_money", ({ news }) => news !== undefined && MONEY_NEWS[news].property),
];
