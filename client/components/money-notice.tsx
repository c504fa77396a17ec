import { moneyTold, type MoneyTold, type Way } from "../lib/booking-money.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import type { BookingView } from "../lib/types.ts";
import { Notice } from "./notice.tsx";

const WORDS = { on_its_way: m.refund_on_its_way, waits: m.refund_waits, sent: m.refund_sent, by_hand: m.refund_manual } satisfies Record<
  Way,
  (given: { amount: string }) => string
>;

/** What was paid and what goes back, where there is something to say. */
export function MoneyNotice({ booking }: { booking: BookingView }) {
  const money = (amount: number) => formatMoney(amount, booking.currency);
  const told = moneyTold(booking);
  const lines = <Lines told={told} money={money} isOver={booking.state === "cancelled" || booking.state === "expired"} />;
  if (booking.state === "cancelled") {
    return (
      <Notice title={m.booking_cancelled()}>
        <p>{told.fee > 0 ? m.cancelled_with_fee({ fee: money(told.fee) }) : m.cancelled_free()}</p>
        {told.paid === 0 && told.released === 0 && <p>{m.nothing_was_paid()}</p>}
        {lines}
      </Notice>
    );
  }
  if (booking.state === "expired") {
    const late = told.paid || told.released;
    if (late === 0) return <Notice title={m.hold_over_text()}>{told.mayCome ? m.hold_over_open() : m.hold_over_advice()}</Notice>;
    return (
      <Notice tone="warn" title={m.late_money({ amount: money(late) })}>
        <p>{m.late_money_text()}</p>
        {lines}
      </Notice>
    );
  }
  if (told.paid === 0) return null;
  const atBank = told.disputed > 0 || told.lost > 0;
  return (
    <Notice tone={atBank ? "info" : "good"} title={m.paid_amount({ amount: money(told.paid) })}>
      {atBank || told.back.length > 0 || told.released > 0 ? lines : undefined}
    </Notice>
  );
}

function Lines({ told: { back, released, disputed, lost }, money, isOver }: { told: MoneyTold; money: (amount: number) => string; isOver: boolean }) {
  return (
    <>
      {back.map(({ amount, way }, index) => (
        <p key={index}>{WORDS[way]({ amount: money(amount) })}</p>
      ))}
      {released > 0 && <p>{isOver && back.length === 0 ? m.reserved_is_released({ amount: money(released) }) : m.refund_reserved({ amount: money(released) })}</p>}
      {disputed > 0 && <p>{m.dispute_open({ amount: money(disputed) })}</p>}
      {lost > 0 && <p>{m.dispute_lost({ amount: money(lost) })}</p>}
    </>
  );
}
