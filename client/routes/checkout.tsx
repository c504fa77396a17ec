import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { BookingSummary } from "../components/booking-summary.tsx";
import { buttonClass } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Countdown } from "../components/countdown.tsx";
import { MoneyNotice } from "../components/money-notice.tsx";
import { Page } from "../components/page.tsx";
import { PayForm } from "../components/pay-form.tsx";
import { TransferCard } from "../components/transfer-card.tsx";
import { checkoutShows } from "../lib/booking-can.ts";
import { moneyTold } from "../lib/booking-money.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatParty } from "../lib/party.ts";
import { paths } from "../lib/paths.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";

const route = getRouteApi("/checkout/$bookingId");
/** While it is pending the server is asked this often, and when the countdown is over. */
const POLL_MS = 10_000;
const POLL_AT_END_MS = 2_000;

interface Shown {
  booking: BookingView;
  access: BookingSearch;
}

/** What the guest can do about paying, by what the server says stands in the way. */
const PAYING = {
  open: ({ booking, access }) => (
    <Card title={m.how_to_pay()}>
      <PayForm booking={booking} access={access} />
    </Card>
  ),
  transfer: ({ booking, access }) => (
    <>
      {booking.transfer ? <TransferCard transfer={booking.transfer} /> : <Told title={m.payment_waiting()} text={m.payment_waiting_text()} />}
      <details className="rounded-2xl border border-sand-200 bg-white p-5 shadow-card sm:p-6">
        <summary className="font-semibold">{m.other_way_to_pay()}</summary>
        <div className="mt-4">
          <PayForm booking={booking} access={access} />
        </div>
      </details>
    </>
  ),
  review: () => <Told title={m.payment_review()} text={m.pay_review_text()} />,
  over: () => <Told title={m.time_is_up()} text={m.time_is_up_text()} />,
  closed: () => <Told title={m.time_is_up()} text={m.time_is_up_text()} />,
} satisfies Record<BookingView["paying"], (shown: Shown) => ReactElement>;

/** A held booking: how long, how to pay. Everything is read from the server, so a reload changes nothing. */
export function Checkout() {
  const { bookingId } = route.useParams();
  const access = route.useSearch();
  const { data: booking } = useSuspenseQuery({
    ...trpc.bookings.get.queryOptions({ bookingId, ...access }),
    refetchInterval: ({ state: { data } }) => {
      if (data?.state === "expired") return moneyTold(data).pollMs ?? false;
      if (data?.state !== "pending" || !data.holdExpiresAt) return false;
      return Math.min(POLL_MS, Math.max(POLL_AT_END_MS, Date.parse(data.holdExpiresAt) - Date.parse(data.now)));
    },
    refetchOnWindowFocus: "always",
  });
  const shows = checkoutShows(booking.state);
  if (shows === "confirmed") return <Navigate {...paths.confirmed(bookingId, access)} replace />;
  if (shows === "trip") return <Navigate {...paths.trip(bookingId, access)} replace />;
  if (shows === "over") return <Over booking={booking} />;
  const Paying = PAYING[booking.paying];
  // What is being examined is kept past its time.
  const counts = booking.holdExpiresAt && booking.paying !== "review";
  return (
    <Page title={m.checkout_title({ property: booking.property.name })} width="wide">
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_24rem]">
        <div className="grid gap-6">
          {counts && <Countdown until={booking.holdExpiresAt!} now={booking.now} zone={booking.property.zone} />}
          <Paying booking={booking} access={access} />
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

function Told({ title, text }: { title: string; text: string }) {
  return (
    <Card title={title}>
      <p role="status">{text}</p>
    </Card>
  );
}

function Over({ booking }: { booking: BookingView }) {
  const again = { in: booking.checkIn, out: booking.checkOut, rooms: formatParty(booking.stays) };
  return (
    <Page title={m.hold_over()}>
      <div role="alert">
        <MoneyNotice booking={booking} />
      </div>
      <Link {...paths.property(booking.property.slug, again)} className={buttonClass("primary", "mt-6")}>
        {m.book_again()}
      </Link>
    </Page>
  );
}
