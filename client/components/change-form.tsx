import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { shownStays } from "../lib/booking-price.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import { formatMoney } from "../lib/money.ts";
import type { PartyRoom } from "../lib/party.ts";
import { refusalOf } from "../lib/refusal.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";
import { Button } from "./button.tsx";
import { ChangeCost } from "./change-cost.tsx";
import { DateFields, datesError } from "./date-fields.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { RoomFields } from "./party-field.tsx";
import { ProofDialog } from "./proof-dialog.tsx";
import { Skeleton } from "./skeleton.tsx";

/** What the guest saw is sent along; another price by now is shown anew instead of taken. */
export function ChangeForm({ booking, access, onKeep, onDone }: { booking: BookingView; access: BookingSearch; onKeep: () => void; onDone: () => void }) {
  const stays = shownStays(booking);
  const [dates, setDates] = useState({ checkIn: booking.checkIn, checkOut: booking.checkOut });
  const [party, setParty] = useState<PartyRoom[]>(stays.map(({ adults, childAges }) => ({ adults, childAges })));
  const queries = useQueryClient();
  const error = datesError(dates);
  const rooms = stays.flatMap(({ id, productId, adults, childAges }, index) => {
    const wanted = party[index]!;
    return wanted.adults === adults && String(wanted.childAges) === String(childAges) ? [] : [{ roomStayId: id, productId, ...wanted }];
  });
  const changed = rooms.length > 0 || dates.checkIn !== booking.checkIn || dates.checkOut !== booking.checkOut;
  const wanted = { bookingId: booking.id, ...access, ...dates, rooms };
  const quote = useQuery({ ...trpc.bookings.modifyQuote.queryOptions(wanted), enabled: changed && !error, staleTime: 0 });
  const shown = changed && !error ? quote.data : undefined;
  const intent = `change:${booking.id}`;
  const change = useMutation({
    ...trpc.bookings.modify.mutationOptions(),
    onError: (failure) => {
      if (refusalOf(failure)?.code === "PRICE_CHANGED") void quote.refetch();
    },
    onSuccess: async () => {
      intentDone(intent);
      await queries.invalidateQueries({ queryKey: trpc.bookings.pathKey() });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!shown) return;
    const body = { ...wanted, quoteHash: shown.quoteHash };
    change.mutate({ ...body, idempotencyKey: intentKey(intent, body) });
  };
  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-col">
      <div className="grid min-h-0 gap-5 overflow-y-auto px-6 pb-5 sm:px-8">
        <DateFields value={dates} onChange={setDates} error={changed ? error : undefined} />
        <section aria-label={m.change_rooms()}>
          {party.map((room, index) => (
            <RoomFields key={stays[index]!.id} number={index + 1} room={room} onChange={(next) => setParty(party.with(index, next))} onRemove={undefined} />
          ))}
        </section>
        <div aria-live="polite">
          {!changed ? (
            <p className="text-soft">{m.change_hint()}</p>
          ) : shown ? (
            <ChangeCost quote={shown} zone={booking.property.zone} />
          ) : quote.error ? (
            <ErrorNotice error={quote.error} />
          ) : error ? null : (
            <Skeleton className="h-24" />
          )}
        </div>
        <ErrorNotice error={change.error}>
          <ProofDialog error={change.error} email={booking.guest.email} onProven={() => change.variables && change.mutate(change.variables)} />
        </ErrorNotice>
      </div>
      <div className="flex flex-wrap justify-end gap-3 border-t border-sand-200 px-6 py-4 sm:px-8">
        <Button kind="secondary" onClick={onKeep}>
          {m.change_keep()}
        </Button>
        <Button type="submit" disabled={!shown} busy={change.isPending ? m.one_moment() : undefined}>
          {shown && shown.due > 0 ? m.change_hold_and_pay({ amount: formatMoney(shown.due, shown.currency) }) : m.change_make()}
        </Button>
      </div>
    </form>
  );
}
