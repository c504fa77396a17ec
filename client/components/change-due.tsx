import { formatDate } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import type { BookingSearch } from "../lib/search-params.ts";
import type { BookingView } from "../lib/types.ts";
import { Card } from "./card.tsx";
import { Countdown } from "./countdown.tsx";
import { PayForm } from "./pay-form.tsx";
import { TransferCard } from "./transfer-card.tsx";

/** A change that waits for its difference: what it is, how long it is kept, how to pay. */
export function ChangeDue({ booking, change, access }: { booking: BookingView; change: NonNullable<BookingView["change"]>; access: BookingSearch }) {
  return (
    <Card title={m.change_waits()}>
      <div className="grid gap-5">
        <p>
          <strong>{m.change_new_dates({ from: formatDate(change.checkIn), until: formatDate(change.checkOut) })}</strong>
          <span className="block text-soft">{m.change_waits_text()}</span>
        </p>
        <Countdown until={change.expiresAt} now={booking.now} zone={booking.property.zone} />
        {change.transfer && <TransferCard transfer={change.transfer} />}
        <PayForm key={change.id} booking={booking} access={access} change={change} />
      </div>
    </Card>
  );
}
