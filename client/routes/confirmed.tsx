import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { BookingSummary } from "../components/booking-summary.tsx";
import { buttonClass } from "../components/button.tsx";
import { MessageNotice } from "../components/message-notice.tsx";
import { Page } from "../components/page.tsx";
import { checkoutShows } from "../lib/booking-can.ts";
import { shownStays } from "../lib/booking-price.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { files, paths } from "../lib/paths.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";

const route = getRouteApi("/trips/$bookingId/confirmed");

const MESSAGE_POLL_MS = 5_000;
const MESSAGE_POLLS = 36;

/** What the page says of the mail; that it was lost, a notice says. */
const LEADS = {
  none: m.confirmed_lead,
  sending: m.confirmed_lead,
  sent: m.confirmed_lead,
  arrived: m.mail_arrived,
  lost: () => undefined,
} satisfies Record<BookingView["messages"]["email"], (given: { email: string }) => string | undefined>;

function leadOf({ messages, guest }: BookingView): string | undefined {
  return LEADS[messages.email]({ email: guest.email });
}

function isUnderWay({ messages, guest }: BookingView): boolean {
  const decided = (state: string) => state === "arrived" || state === "lost";
  return !decided(messages.email) || (guest.phone !== "" && !decided(messages.sms));
}

/** The booking stands: its code, and all that was sold. */
export function Confirmed() {
  const { bookingId } = route.useParams();
  const access = route.useSearch();
  const { data: booking } = useSuspenseQuery({
    ...trpc.bookings.get.queryOptions({ bookingId, ...access }),
    // What becomes of the confirmation is known within minutes, or not at all.
    refetchInterval: ({ state: { data, dataUpdateCount } }) => (data && isUnderWay(data) && dataUpdateCount < MESSAGE_POLLS ? MESSAGE_POLL_MS : false),
  });
  if (checkoutShows(booking.state) !== "confirmed") return <Navigate {...paths.checkout(bookingId, access)} replace />;
  return (
    <Page title={m.confirmed_title({ count: shownStays(booking).length })} lead={leadOf(booking)} width="wide">
      <div className="grid gap-4 not-empty:mb-6">
        <MessageNotice booking={booking} />
      </div>
      <div className="grid overflow-hidden rounded-3xl bg-navy-900 text-white shadow-card md:grid-cols-[1fr_22rem]">
        <div className="p-6 sm:p-8">
          <p className="text-sand-100">{booking.property.name}</p>
          <p className="mt-4 text-sm font-semibold text-sand-200">{m.booking_code()}</p>
          <p className="tabular text-3xl font-bold tracking-wider sm:text-4xl">{booking.code}</p>
          <p className="mt-2 text-sand-100">{m.booked_for({ name: booking.guest.name })}</p>
          <div className="mt-6 flex flex-wrap gap-3">
            <a href={files.calendar(booking.id, booking.token)} download className={buttonClass("primary")}>
              {m.add_to_calendar()}
            </a>
            <Link {...paths.trip(bookingId, access)} className={buttonClass("secondary")}>
              {m.see_trip()}
            </Link>
          </div>
        </div>
        <img src={booking.property.picture} alt="" width="704" height="480" className="h-48 w-full object-cover md:h-full" />
      </div>
      <div className="mt-6 gap-6 md:columns-2 [&>*]:mb-6 [&>*]:break-inside-avoid">
        <BookingSummary booking={booking} />
      </div>
    </Page>
  );
}
