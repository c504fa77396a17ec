import { BOOKING_EVENTS, MONEY_NEWS, newsOf, viewOf, type MoneyNews, type News } from "../server/bookings/index.ts";
import type { Context } from "../server/context.ts";
import { composeMoneyMail, deliver, factsOf, GUEST_NEWS, linksOf, overtake, type GuestNews, type Mail } from "../server/notifications/index.ts";
import { defineJob, HOUR_MS } from "./define.ts";
import { whyNot } from "./messages.ts";

const input = BOOKING_EVENTS["booking.money_news"];

interface About {
  bookingId: string;
  version: number;
  news: MoneyNews;
  about: string;
}

const isGuests = (news: MoneyNews): news is GuestNews => news in GUEST_NEWS.en;
const messageOf = ({ bookingId, version, news, about }: About) => ({ bookingId, kind: `money_${news}`, version, channel: "email" as const, about });

async function mailOf(ctx: Context, { bookingId, news }: About & { news: GuestNews }, own: News): Promise<Mail & { to: string }> {
  const view = await viewOf(ctx, ctx.db, bookingId);
  const facts = factsOf(view, linksOf(view, ctx.config.PUBLIC_URL), own.settlement);
  return { to: view.guest.email, ...(await composeMoneyMail(news, facts, own)) };
}

/** Tells the guest what became of their money, where no message of the booking says it. */
export const tellMoneyJob = defineJob({
  name: "tell-money",
  on: ["booking.money_news"],
  input,
  when: ({ news }) => MONEY_NEWS[news].guest,
  deadlineMs: 24 * HOUR_MS,
  async handler(ctx, { news, ...rest }) {
    if (!isGuests(news)) return;
    const payload = { ...rest, news };
    const own = await newsOf(ctx.db, payload);
    if (own.isOver) return overtake(ctx, messageOf(payload));
    await deliver(ctx, { ...messageOf(payload), compose: () => mailOf(ctx, payload, own) });
  },
  async preview(ctx, { news, ...rest }) {
    if (!isGuests(news)) return ["nothing: it is the property's to know"];
    const payload = { ...rest, news };
    const own = await newsOf(ctx.db, payload);
    if (own.isOver) return ["nothing: what it tells of is over"];
    const mail = await mailOf(ctx, payload, own);
    return (await whyNot(ctx, messageOf(payload))) ?? [`send an e-mail to ${mail.to}: ${mail.subject}`, "", mail.text];
  },
});
