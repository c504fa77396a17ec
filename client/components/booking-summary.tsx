import { onlyAtProperty, standingStays } from "../lib/booking-can.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { addressText } from "../lib/place-text.ts";
import type { BookingView } from "../lib/types.ts";
import { Card } from "./card.tsx";
import { PolicyList } from "./policy-list.tsx";
import { PriceLines } from "./price-lines.tsx";
import { StayDates } from "./stay-dates.tsx";

/** What was sold, said the same everywhere: dates, price with its taxes, policy, where and whom to call. */
export function BookingSummary({ booking }: { booking: BookingView }) {
  const { property } = booking;
  // While it is pending the guest may still choose.
  const open = booking.state === "pending" && !onlyAtProperty(booking.paymentMethods);
  const stays = standingStays(booking);
  const fees = stays.length < booking.stays.length ? booking.stays.reduce((sum, stay) => sum + stay.fee, 0) : 0;
  const payment = open ? undefined : booking.state === "pending" ? "property" : booking.payment;
  return (
    <>
      <Card title={m.your_stay()}>
        <StayDates checkIn={booking.checkIn} checkOut={booking.checkOut} from={property.checkInFrom} until={property.checkOutUntil} />
      </Card>
      <Card title={m.price()}>
        <PriceLines stays={stays} fees={fees} total={booking.total} dueOnline={booking.dueOnline} currency={booking.currency} payment={payment} />
      </Card>
      <Card title={m.cancellation()}>
        <PolicyList stays={stays} currency={booking.currency} />
      </Card>
      <Card title={m.the_property()}>
        <address className="grid gap-1 not-italic">
          <span className="font-semibold">{property.name}</span>
          <span>{addressText(property)}</span>
          <a href={`tel:${property.phone}`} className="justify-self-start underline underline-offset-4">
            {property.phone}
          </a>
          <a href={`mailto:${property.email}`} className="justify-self-start break-all underline underline-offset-4">
            {property.email}
          </a>
        </address>
      </Card>
    </>
  );
}
