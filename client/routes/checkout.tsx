import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { BookingSummary } from "../components/booking-summary.tsx";
import { buttonClass } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Countdown } from "../components/countdown.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { PayForm } from "../components/pay-form.tsx";
import { checkoutShows } from "../lib/booking-can.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatParty } from "../lib/party.ts";
import { paths } from "../lib/paths.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";
import { stateName } from "../lib/words.ts";

const route = getRouteApi("/checkout/$bookingId");
/** While it is pending the server is asked this often, and when the countdown is over. */
const POLL_MS = 10_000;
const POLL_AT_END_MS = 2_000;

/** A held booking: how long, how to pay. Everything is read from the server, so a reload changes nothing. */
export function Checkout() {
  const { bookingId } = route.useParams();
  const access = route.useSearch();
  const { data: booking } = useSuspenseQuery({
    ...trpc.bookings.get.queryOptions({ bookingId, ...access }),
    refetchInterval: ({ state: { data } }) => {
      if (data?.state !== "pending" || !data.holdExpiresAt) return false;
      return Math.min(POLL_MS, Math.max(POLL_AT_END_MS, Date.parse(data.holdExpiresAt) - Date.parse(data.now)));
    },
    refetchOnWindowFocus: "always",
  });
  const shows = checkoutShows(booking.state);
  if (shows === "confirmed") return <Navigate {...paths.confirmed(bookingId, access)} replace />;
  if (shows === "over") return <Over booking={booking} />;
  return (
    <Page title={m.checkout_title({ property: booking.property.name })} width="wide">
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_24rem]">
        <div className="grid gap-6">
          {booking.holdExpiresAt && <Countdown until={booking.holdExpiresAt} now={booking.now} />}
          <Card title={m.how_to_pay()}>{booking.canPay ? <PayForm booking={booking} access={access} /> : <p>{m.payment_on_its_way()}</p>}</Card>
          <p className="text-soft">
            {m.booking_code()}: <strong className="text-ink">{booking.code}</strong> ·{" "}
            <Link {...paths.trip(bookingId, access)} className="text-ink underline underline-offset-4">
              {m.give_rooms_back()}
            </Link>
          </p>
        </div>
        <div className="grid gap-6">
          <BookingSummary booking={booking} />
        </div>
      </div>
    </Page>
  );
}

function Over({ booking }: { booking: BookingView }) {
  const again = { in: booking.checkIn, out: booking.checkOut, rooms: formatParty(booking.stays) };
  return (
    <Page title={booking.state === "expired" ? m.hold_over() : stateName(booking.state)}>
      <Notice tone="warn" title={booking.state === "expired" ? m.hold_over_text() : m.booking_is({ state: stateName(booking.state) })} live>
        <p>{booking.state === "expired" ? m.hold_over_advice() : m.book_again_advice()}</p>
        <Link {...paths.property(booking.property.slug, again)} className={buttonClass("primary", "mt-4")}>
          {m.book_again()}
        </Link>
      </Notice>
    </Page>
  );
}
