import { waitingOf } from "../lib/booking-money.ts";
import { formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import type { ChangeQuote } from "../lib/types.ts";

/** What a change costs, or gives back, and what cancelling would cost after it. */
export function ChangeCost({ quote, zone }: { quote: ChangeQuote; zone: string }) {
  const money = (amount: number) => formatMoney(amount, quote.currency);
  const waits = waitingOf(quote.ways);
  return (
    <div className="grid gap-2 rounded-2xl bg-sand-100 p-4">
      <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
        <dt className="text-soft">{m.change_total_before()}</dt>
        <dd className="tabular text-right">{money(quote.totalBefore)}</dd>
        <dt className="font-bold">{m.change_total_after()}</dt>
        <dd className="tabular text-right font-bold">{money(quote.total)}</dd>
      </dl>
      <p className="text-lg font-semibold">{differenceText(quote, money)}</p>
      {waits > 0 && <p className="text-[0.95rem]">{m.refund_waits({ amount: money(waits) })}</p>}
      {quote.changeFee > 0 && <p className="text-[0.95rem]">{m.change_fee_kept({ fee: money(quote.changeFee) })}</p>}
      {quote.cancelFee > 0 && <p className="text-[0.95rem] text-soft">{m.change_cancel_fee({ fee: money(quote.cancelFee) })}</p>}
      {quote.freeUntil && <p className="text-[0.95rem] text-soft">{m.change_cancel_free({ when: formatInstant(quote.freeUntil, zone) })}</p>}
    </div>
  );
}

/** What is paid or given back online, and what changes at the property: each part of the difference is said. */
function differenceText({ due, refund: back, ways, atProperty }: ChangeQuote, money: (amount: number) => string): string {
  const property = money(Math.abs(atProperty));
  // What waits for the guest's bank is told apart.
  const refund = back - waitingOf(ways);
  if (due > 0 && atProperty > 0) return m.change_more_both({ amount: money(due + atProperty), online: money(due), property });
  if (due > 0) return atProperty < 0 ? m.change_more_online_less({ online: money(due), property }) : m.change_more_online({ amount: money(due) });
  if (refund > 0 && atProperty !== 0) {
    const words = { amount: money(refund), property };
    return atProperty > 0 ? m.change_back_more_property(words) : m.change_back_less_property(words);
  }
  if (refund > 0) return m.change_goes_back({ amount: money(refund) });
  if (atProperty > 0) return m.change_more_at_property({ amount: property });
  if (atProperty < 0) return m.change_less_at_property({ amount: property });
  return back > 0 ? m.change_costs_less({ amount: money(back) }) : m.change_same_price();
}
