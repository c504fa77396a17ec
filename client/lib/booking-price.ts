import type { BookingView } from "./types.ts";

type State = BookingView["state"];

/** Which price a booking's page shows: of what stands with the fees of what doesn't, or all that was sold. */
const SHOWS = {
  pending: "standing",
  confirmed: "standing",
  checked_in: "standing",
  checked_out: "standing",
  no_show: "sold",
  cancelled: "sold",
  expired: "sold",
} satisfies Record<State, "standing" | "sold">;

/** Rooms that cost their fee instead of their price. */
const LEFT: readonly State[] = ["cancelled", "no_show", "expired"];

/** The rooms that stand; of a booking that is over, all that it had. */
export function shownStays({ state, stays }: Pick<BookingView, "state" | "stays">): BookingView["stays"] {
  return SHOWS[state] === "sold" ? stays : stays.filter((stay) => !LEFT.includes(stay.state));
}

/** Lines, total and what was paid of it, all of one moment: the lines add up to the total, whatever was cancelled since. */
export function priceOf(booking: BookingView) {
  const stays = shownStays(booking);
  const fees = booking.stays.reduce((sum, stay) => sum + stay.fee, 0);
  if (SHOWS[booking.state] === "standing") return { stays, fees, total: booking.total, dueOnline: booking.dueOnline, paid: booking.paid, ended: false };
  return { stays, fees, total: stays.reduce((sum, stay) => sum + stay.total, 0), dueOnline: 0, paid: 0, ended: true };
}
