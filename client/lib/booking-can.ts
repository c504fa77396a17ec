import type { BookingView } from "./types.ts";

type State = BookingView["state"];
type CheckoutShows = "pay" | "confirmed" | "over" | "trip";

/** Where a booking's page sends or tells the guest; the states are the server's (server/bookings/schemas.ts). */
const CHECKOUT_SHOWS = {
  pending: "pay",
  confirmed: "confirmed",
  checked_in: "confirmed",
  checked_out: "confirmed",
  expired: "over",
  // The trip says what became of the money.
  no_show: "trip",
  cancelled: "trip",
} satisfies Record<State, CheckoutShows>;

export function checkoutShows(state: State): CheckoutShows {
  return CHECKOUT_SHOWS[state];
}

/** Nothing can be paid online: then nothing is due online either. */
export function onlyAtProperty(methods: BookingView["paymentMethods"]): boolean {
  return methods.every((method) => method === "property");
}

/** What the latest payment attempt means to the guest; states are the server's payment states. */
export function paymentOutcome(state: string | null): "waiting" | "received" | "failed" | "review" {
  switch (state) {
    case "authorised":
    case "captured":
    case "paid":
      return "received";
    case "denied":
    case "failed":
    case "expired":
    case "voided":
      return "failed";
    case "challenged":
      return "review";
    default:
      return "waiting";
  }
}
