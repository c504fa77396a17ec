import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { BookingSummary } from "../components/booking-summary.tsx";
import { buttonClass } from "../components/button.tsx";
import { CancelDialog } from "../components/cancel-dialog.tsx";
import { ChangeDialog } from "../components/change-dialog.tsx";
import { ChangeDue } from "../components/change-due.tsx";
import { MoneyNotice } from "../components/money-notice.tsx";
import { MessageNotice } from "../components/message-notice.tsx";
import { TransferCard } from "../components/transfer-card.tsx";
import { RoomsCard } from "../components/rooms-card.tsx";
import { Page } from "../components/page.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { moneyTold } from "../lib/booking-money.ts";
import { NEWS_ID } from "../lib/focus.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { files, paths } from "../lib/paths.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";

const route = getRouteApi("/trips/$bookingId");

/** While something waits to be paid. */
const POLL_MS = 10_000;

export function Trip() {
  const { bookingId } = route.useParams();
  const access = route.useSearch();
  const { data: booking } = useSuspenseQuery({
    ...trpc.bookings.get.queryOptions({ bookingId, ...access }),
    refetchInterval: ({ state: { data } }) => {
      const soon = data && moneyTold(data).pollMs;
      return soon ?? (data?.change || data?.state === "pending" ? POLL_MS : false);
    },
  });
  return (
    <Page
      title={booking.property.name}
      lead={
        <span className="flex flex-wrap items-center gap-3">
          <StateBadge state={booking.state} />
          <span>
            {m.booking_code()}: <strong className="text-ink">{booking.code}</strong>
          </span>
        </span>
      }
      width="wide"
    >
      {/* Takes the focus too, of a dialog whose button is gone. */}
      <div id={NEWS_ID} role="status" tabIndex={-1} className="rounded-2xl not-empty:mb-4 empty:outline-none">
        <MoneyNotice booking={booking} />
      </div>
      <div className="mb-6 grid gap-4">
        <MessageNotice booking={booking} />
        {booking.state === "pending" && booking.transfer && <TransferCard transfer={booking.transfer} />}
        <Actions booking={booking} access={access} />
        {booking.change && <ChangeDue booking={booking} change={booking.change} access={access} />}
      </div>
      <div className="gap-6 md:columns-2 [&>*]:mb-6 [&>*]:break-inside-avoid">
        <BookingSummary booking={booking} />
        {booking.stays.length > 1 && <RoomsCard booking={booking} access={access} />}
      </div>
    </Page>
  );
}

function Actions({ booking, access }: { booking: BookingView; access: BookingSearch }) {
  const stands = booking.state === "confirmed" || booking.state === "checked_in";
  return (
    <div className="flex flex-wrap gap-3">
      {booking.canPay && (
        <Link {...paths.checkout(booking.id, access)} className={buttonClass()}>
          {m.to_payment()}
        </Link>
      )}
      {stands && (
        <a href={files.calendar(booking.id, booking.token)} download className={buttonClass("secondary")}>
          {m.add_to_calendar()}
        </a>
      )}
      {booking.canModify && <ChangeDialog booking={booking} access={access} />}
      {booking.canCancel && <CancelDialog booking={booking} access={access} />}
      {stands && !booking.canCancel && <p className="self-center text-soft">{m.stay_has_begun({ phone: booking.property.phone })}</p>}
      {(booking.state === "cancelled" || booking.state === "expired") && (
        <Link {...paths.property(booking.property.slug)} className={buttonClass("secondary")}>
          {m.book_again()}
        </Link>
      )}
    </div>
  );
}
