import { formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { roomPeopleText } from "../lib/party-words.ts";
import type { QuotedStay } from "../lib/types.ts";
import { chargeName, mealName, ownName } from "../lib/words.ts";

/** What a quoted and a booked stay have in common. */
export type PricedStay = Pick<QuotedStay, "roomName" | "rateName" | "adults" | "childAges" | "nights" | "charges" | "total"> & { meal: string };

interface Props {
  stays: PricedStay[];
  total: number;
  dueOnline: number;
  currency: string;
  /** Paid at the property: then nothing is due online. */
  payment?: "online" | "property" | undefined;
  /** What the rooms that were cancelled cost. */
  fees?: number;
  /** What has come online of what was due there. */
  paid?: number;
  /** It is over: the lines are those of the sale, and nothing is due of them. */
  ended?: boolean;
}

/** Every line of the price: nights, taxes and fees, and who takes which part. */
export function PriceLines({ stays, total, dueOnline, currency, payment, fees = 0, paid = 0, ended = false }: Props) {
  const money = (amount: number) => formatMoney(amount, currency);
  const now = payment === "property" || ended ? 0 : dueOnline;
  const came = Math.min(paid, now);
  return (
    <div className="grid gap-5">
      {stays.map((stay, index) => (
        <section key={index} aria-label={m.room_number({ number: index + 1 })}>
          <p className="font-bold">{stay.roomName}</p>
          <p className="text-sm text-soft">
            {ownName(stay.rateName)} · {mealName(stay.meal)} · {roomPeopleText(stay)}
          </p>
          <dl className="mt-2 grid gap-1 text-[0.95rem]">
            {stay.nights.map((night) => (
              <Line key={night.date} term={formatDay(night.date)} amount={money(night.price)} />
            ))}
            {stay.charges.map((charge, place) => (
              <Line key={place} term={chargeTerm(charge)} amount={money(charge.amount)} soft={charge.inclusive} />
            ))}
            {stays.length > 1 && <Line term={m.room_total()} amount={money(stay.total)} strong />}
          </dl>
        </section>
      ))}
      <dl className="grid gap-1 border-t border-sand-200 pt-4">
        {fees > 0 && !ended && <Line term={m.cancelled_rooms_fee()} amount={money(fees)} />}
        <Line term={ended ? m.as_booked() : m.total()} amount={money(total)} strong />
        {ended && <Line term={m.cancel_fee()} amount={money(fees)} />}
        {came > 0 && <Line term={m.paid_online()} amount={money(came)} />}
        {now - came > 0 && <Line term={m.paid_now()} amount={money(now - came)} />}
        {total - now > 0 && !ended && <Line term={m.paid_at_property()} amount={money(total - now)} />}
      </dl>
    </div>
  );
}

function chargeTerm(charge: PricedStay["charges"][number]): string {
  const own = chargeName(charge);
  const { inclusive, collect } = charge;
  if (inclusive) return m.charge_included({ name: own });
  return collect === "property" ? m.charge_at_property({ name: own }) : own;
}

function Line({ term, amount, strong = false, soft = false }: { term: string; amount: string; strong?: boolean; soft?: boolean }) {
  return (
    <div className={`flex justify-between gap-4 ${strong ? "text-lg font-bold" : ""} ${soft ? "text-soft" : ""}`}>
      <dt>{term}</dt>
      <dd className="tabular whitespace-nowrap">{amount}</dd>
    </div>
  );
}
