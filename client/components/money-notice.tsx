import { feeOf, notAskedBack } from "../lib/booking-money.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import type { BookingView } from "../lib/types.ts";
import { Notice } from "./notice.tsx";

/** What was paid and what goes back, where there is something to say. */
export function MoneyNotice({ booking }: { booking: BookingView }) {
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
