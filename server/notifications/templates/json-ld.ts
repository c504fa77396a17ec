import { Temporal } from "temporal-polyfill";
import { instantOf } from "../../platform/dates.ts";
import { exponentOf } from "../../platform/money.ts";
import type { MailFacts } from "../facts.ts";

/** The booking as schema.org's LodgingReservation, which mail programs show as a card. */
export function lodgingReservation(facts: MailFacts, status: "Confirmed" | "Cancelled"): object {
  const { property } = facts;
  return {
    "@context": "https://schema.org",
    "@type": "LodgingReservation",
    reservationNumber: facts.code,
    reservationStatus: `https://schema.org/Reservation${status}`,
    url: facts.tripUrl,
    modifyReservationUrl: facts.tripUrl,
    underName: { "@type": "Person", name: facts.guestName },
    reservationFor: {
      "@type": "LodgingBusiness",
      name: property.name,
      address: { "@type": "PostalAddress", streetAddress: property.address, addressLocality: property.city, addressCountry: property.country },
      geo: { "@type": "GeoCoordinates", latitude: property.latitude, longitude: property.longitude },
      ...(property.phone && { telephone: property.phone }),
      ...(property.email && { email: property.email }),
    },
    checkinTime: localTime(facts.checkIn, property.checkInFrom, property.zone),
    checkoutTime: localTime(facts.checkOut, property.checkOutUntil, property.zone),
    lodgingUnitDescription: facts.rooms.map((room) => room.name).join(", "),
    numAdults: facts.rooms.reduce((sum, room) => sum + room.adults, 0),
    numChildren: facts.rooms.reduce((sum, room) => sum + room.children, 0),
    totalPrice: (facts.total / 10 ** exponentOf(facts.currency)).toFixed(exponentOf(facts.currency)),
    priceCurrency: facts.currency,
  };
}

/** "2026-12-20T14:00:00+08:00". */
function localTime(date: string, time: string, zone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instantOf(date, time, zone).getTime()).toZonedDateTimeISO(zone);
  return zoned.toString({ timeZoneName: "never", smallestUnit: "second" });
}
