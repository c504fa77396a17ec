import { Link } from "@tanstack/react-router";
import { countryName, formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { paths } from "../lib/paths.ts";
import { writeStay, type Stay } from "../lib/search-params.ts";
import type { HotelCard as Card } from "../lib/types.ts";
import { amenityName, mealName } from "../lib/words.ts";
import { Badge } from "./badge.tsx";
import { Stars } from "./stars.tsx";
import { StayLength } from "./stay-length.tsx";

/** Below this many units we say how few are left. */
export const SCARCE = 5;

/** "2 × Deluxe Twin": the rooms of the cheapest way, the same ones together. */
function roomNames(rooms: Card["cheapest"]["rooms"]): string[] {
  const counts = new Map<string, number>();
  for (const room of rooms) {
    const name = `${room.roomName} · ${mealName(room.meal)}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name));
}

/** What cancelling the shown price means, and the price that can be cancelled where this one can't. */
function Condition({ hotel: { cheapest, free, zone } }: { hotel: Card }) {
  const money = (amount: number) => formatMoney(amount, cheapest.currency);
  const until = (instant: string | null) => (instant === null ? m.policy_always_free() : m.policy_free_until({ when: formatInstant(instant, zone) }));
  if (cheapest.freeCancellation) return <p className="font-medium text-leaf-700">{until(cheapest.freeUntil)}</p>;
  return (
    <>
      <p className="font-medium">{cheapest.cancelFee >= cheapest.total ? m.non_refundable() : m.policy_fee_now({ fee: money(cheapest.cancelFee) })}</p>
      {free && <p className="text-leaf-700">{m.free_from({ price: money(free.total) })}</p>}
    </>
  );
}

/** @param first the one whose picture is seen at once */
export function HotelCard({ hotel, stay, first }: { hotel: Card; stay: Stay; first: boolean }) {
  const { cheapest } = hotel;
  return (
    <article className="relative grid overflow-hidden rounded-2xl border border-sand-200 bg-white shadow-card transition-shadow hover:shadow-lg sm:grid-cols-[15rem_1fr]">
      <img
        src={hotel.picture}
        alt=""
        width="480"
        height="360"
        {...(first ? { fetchPriority: "high" } : { loading: "lazy" })}
        className="h-44 w-full bg-sand-100 object-cover sm:h-full"
      />
      <div className="grid gap-4 p-5 md:grid-cols-[1fr_15rem]">
        <div>
          <Stars count={hotel.stars} />
          <h2 className="text-xl font-bold">
            <Link {...paths.property(hotel.slug, writeStay(stay))} className="after:absolute after:inset-0">
              {hotel.name}
            </Link>
          </h2>
          <p className="text-soft">
            {hotel.city}, {countryName(hotel.country)}
          </p>
          <p className="mt-2 line-clamp-2 leading-relaxed">{hotel.summary}</p>
          <p className="mt-2 text-sm text-soft">{hotel.amenities.slice(0, 5).map(amenityName).join(" · ")}</p>
        </div>
        <div className="flex flex-col gap-2 border-t border-sand-200 pt-4 md:items-end md:border-t-0 md:pt-0 md:text-right">
          <ul className="text-sm text-soft">
            {roomNames(cheapest.rooms).map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
          <div className="flex flex-wrap gap-1.5 md:justify-end">
            {cheapest.payAtProperty && <Badge>{m.pay_at_property()}</Badge>}
            {cheapest.left <= SCARCE && <Badge tone="warn">{m.only_left({ count: cheapest.left })}</Badge>}
          </div>
          <div className="mt-auto">
            <p className="tabular text-2xl font-bold">{formatMoney(cheapest.total, cheapest.currency)}</p>
            <p className="text-sm text-soft">
              <StayLength stay={stay} />
              <span className="block">{m.taxes_included()}</span>
            </p>
            <div className="mt-2 text-sm">
              <Condition hotel={hotel} />
            </div>
          </div>
        </div>
      </div>
    </article>
  );
}
