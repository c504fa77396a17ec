import { ROOMS_ID } from "../lib/focus.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { roomPeopleText } from "../lib/party-words.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import type { BookingView } from "../lib/types.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { Card } from "./card.tsx";
import { StateBadge } from "./state-badge.tsx";

/** The rooms of a booking one by one; each can be cancelled while another stands. */
export function RoomsCard({ booking, access }: { booking: BookingView; access: BookingSearch }) {
  const standing = booking.stays.filter((stay) => stay.state === "confirmed");
  return (
    <Card title={m.your_rooms()}>
      <ul id={ROOMS_ID} aria-live="polite" tabIndex={-1} className="grid gap-4">
        {booking.stays.map((stay) => (
          <li key={stay.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
            <span>
              <span className="block font-semibold">{stay.roomName}</span>
              <span className="text-sm text-soft">{roomPeopleText(stay)}</span>
            </span>
            {stay.state === "confirmed" && standing.length > 1 ? <CancelDialog booking={booking} access={access} room={stay} /> : <StateBadge state={stay.state} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}
