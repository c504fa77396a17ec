import { onlyAtProperty } from "../lib/booking-can.ts";
import { priceOf } from "../lib/booking-price.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { addressText } from "../lib/place-text.ts";
import type { BookingView } from "../lib/types.ts";
import { Card } from "./card.tsx";
import { PolicyList } from "./policy-list.tsx";
import { PriceLines } from "./price-lines.tsx";
import { StayDates } from "./stay-dates.tsx";

/** What was sold, said the same everywhere: dates, price with its taxes, policy, where and whom to call. */
export function BookingSummary({ booking }: { booking: BookingView }) {
  const { property, guest } = booking;
  // While it is pending the guest may still choose.
  const open = booking.state === "pending" && !onlyAtProperty(booking.paymentMethods);
  const price = priceOf(booking);
  const payment = open ? undefined : booking.state === "pending" ? "property" : booking.payment;
  return (
    <>
      <Card title={m.your_stay()}>
        <StayDates checkIn={booking.checkIn} checkOut={booking.checkOut} from={property.checkInFrom} until={property.checkOutUntil} />
      </Card>
      <Card title={m.price()}>
        <PriceLines {...price} currency={booking.currency} payment={payment} />
      </Card>
      <Card title={m.cancellation()}>
        <PolicyList stays={price.stays} currency={booking.currency} />
      </Card>
      <Card title={m.who_comes()}>
        <p className="font-semibold">{guest.name}</p>
        <p className="break-all">{guest.email}</p>
        {guest.phone && <p>{guest.phone}</p>}
        {booking.notes && (
          <>
            <h3 className="mt-3 text-sm font-semibold text-soft">{m.wishes()}</h3>
            <p className="break-words whitespace-pre-line">{booking.notes}</p>
          </>
        )}
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
