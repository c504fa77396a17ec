import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { BookingSummary } from "../components/booking-summary.tsx";
import { buttonClass } from "../components/button.tsx";
import { CancelDialog } from "../components/cancel-dialog.tsx";
import { ChangeDialog } from "../components/change-dialog.tsx";
import { ChangeDue } from "../components/change-due.tsx";
import { Notice } from "../components/notice.tsx";
import { RoomsCard } from "../components/rooms-card.tsx";
import { Page } from "../components/page.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { files, paths } from "../lib/paths.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";

const route = getRouteApi("/trips/$bookingId");

/** While a change waits to be paid. */
const POLL_MS = 10_000;
/** While a cancelled booking's refund is being asked for. */
const REFUND_POLL_MS = 3000;

export function Trip() {
  const { bookingId } = route.useParams();
  const access = route.useSearch();
  const { data: booking } = useSuspenseQuery({
    ...trpc.bookings.get.queryOptions({ bookingId, ...access }),
    refetchInterval: ({ state: { data } }) => {
      if (data && notAskedBack(data) > 0) return REFUND_POLL_MS;
      return data?.change ? POLL_MS : false;
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
      <div className="mb-6 grid gap-4">
        <Money booking={booking} />
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

/** What was paid and what goes back, where there is something to say. */
function Money({ booking }: { booking: BookingView }) {
  const money = (amount: number) => formatMoney(amount, booking.currency);
  const fee = feeOf(booking);
  if (booking.state === "cancelled") {
    return (
      <Notice title={m.booking_cancelled()}>
        <p>{fee > 0 ? m.cancelled_with_fee({ fee: money(fee) }) : m.cancelled_free()}</p>
        <Refunds booking={booking} />
      </Notice>
    );
  }
  if (booking.state === "expired") return <Notice title={m.hold_over_text()}>{m.hold_over_advice()}</Notice>;
  if (booking.paid === 0) return null;
  return (
    <Notice tone="good" title={m.paid_amount({ amount: money(booking.paid) })}>
      {booking.refunds.length > 0 && <Refunds booking={booking} />}
    </Notice>
  );
}

/** Its refunds, and what is still to be asked back: the guest need not wait for our job to read it. */
function Refunds({ booking }: { booking: BookingView }) {
  const left = notAskedBack(booking);
  const refunds = left > 0 ? [...booking.refunds, { amount: left, state: "requested" }] : booking.refunds;
  const released = booking.payments.reduce((sum, payment) => sum + (payment.state === "voided" ? payment.amount : 0), 0);
  if (refunds.length === 0 && released > 0) return <p>{m.reserved_is_released({ amount: formatMoney(released, booking.currency) })}</p>;
  return refunds.map((refund, index) => {
    const amount = formatMoney(refund.amount, booking.currency);
    const byHand = refund.state === "manual" || refund.state === "failed";
    return <p key={index}>{byHand ? m.refund_manual({ amount }) : m.refund_on_its_way({ amount })}</p>;
  });
}

function feeOf(booking: BookingView): number {
  return booking.stays.reduce((sum, stay) => sum + stay.fee, 0);
}

/** What a cancelled booking's guest gets back and no refund tells of yet (decision 013). */
function notAskedBack(booking: BookingView): number {
  if (booking.state !== "cancelled") return 0;
  const kept = Math.min(feeOf(booking), booking.dueOnline);
  return booking.refunds.reduce((left, refund) => left - refund.amount, booking.paid) - kept;
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
