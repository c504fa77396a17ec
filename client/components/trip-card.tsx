import { Link } from "@tanstack/react-router";
import { countryName, formatDate } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { paths } from "../lib/paths.ts";
import type { TripItem } from "../lib/types.ts";
import { StateBadge } from "./state-badge.tsx";

export function TripCard({ trip }: { trip: TripItem }) {
  return (
    <article className="relative grid overflow-hidden rounded-2xl border border-sand-200 bg-white shadow-card hover:shadow-lg sm:grid-cols-[12rem_1fr]">
      <img src={trip.picture} alt="" width="384" height="288" loading="lazy" className="h-32 w-full bg-sand-100 object-cover sm:h-full" />
      <div className="p-5">
        <StateBadge state={trip.state} />
        <h2 className="mt-1 text-xl font-bold">
          <Link {...(trip.state === "pending" ? paths.checkout(trip.id) : paths.trip(trip.id))} className="after:absolute after:inset-0">
            {trip.propertyName}
          </Link>
        </h2>
        <p className="text-soft">
          {trip.city}, {countryName(trip.country)}
        </p>
        <p className="mt-2">
          {formatDate(trip.checkIn)} – {formatDate(trip.checkOut)}
        </p>
        <p className="text-sm text-soft">
          {m.rooms({ count: trip.rooms })} · {formatMoney(trip.total, trip.currency)} · {trip.code}
        </p>
      </div>
    </article>
  );
}
