import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { waitingOf } from "../lib/booking-money.ts";
import { formatInstant } from "../lib/dates.ts";
import { NEWS_ID, ROOMS_ID } from "../lib/focus.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import { formatMoney } from "../lib/money.ts";
import { refusalOf } from "../lib/refusal.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";
import { Button, buttonClass } from "./button.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { Skeleton } from "./skeleton.tsx";

/** Of the whole booking, or of one room. Shows the fee first; what the guest saw is sent along, and another fee by now is shown anew instead of taken. */
export function CancelDialog({ booking, access, room }: { booking: BookingView; access: BookingSearch; room?: BookingView["stays"][number] }) {
  const [open, setOpen] = useState(false);
  const done = useRef(false);
  const queries = useQueryClient();
  const asked = { bookingId: booking.id, ...access, ...(room && { roomStayIds: [room.id] }) };
  const quote = useQuery({ ...trpc.bookings.cancelQuote.queryOptions(asked), enabled: open, staleTime: 0 });
  const intent = `cancel:${room?.id ?? booking.id}`;
  const cancel = useMutation({
    ...trpc.bookings.cancel.mutationOptions(),
    onError: (error) => {
      if (refusalOf(error)?.code === "PRICE_CHANGED") void quote.refetch();
    },
    onSuccess: async () => {
      intentDone(intent);
      done.current = true;
      await queries.invalidateQueries({ queryKey: trpc.bookings.pathKey() });
      setOpen(false);
    },
  });
  const confirm = () => {
    if (!quote.data) return;
    const body = { ...asked, expectedFee: quote.data.fee };
    cancel.mutate({ ...body, idempotencyKey: intentKey(intent, body) });
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      {room ? (
        <AlertDialog.Trigger className={buttonClass("quiet")} aria-label={m.cancel_room_of({ number: booking.stays.indexOf(room) + 1, room: room.roomName })}>
          {m.cancel_room()}
        </AlertDialog.Trigger>
      ) : (
        <AlertDialog.Trigger className={buttonClass("secondary")}>{m.cancel_booking()}</AlertDialog.Trigger>
      )}
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-navy-950/60" />
        <AlertDialog.Popup
          finalFocus={() => (done.current ? document.getElementById(room ? ROOMS_ID : NEWS_ID) : true)}
          className="fixed top-1/2 left-1/2 z-50 grid max-h-[90dvh] w-[min(30rem,calc(100vw-2rem))] -translate-1/2 gap-5 overflow-y-auto rounded-3xl bg-white p-6 shadow-card sm:p-8"
        >
          <AlertDialog.Title className="text-2xl font-bold">
            {room ? m.cancel_room_question({ room: room.roomName }) : m.cancel_question({ property: booking.property.name })}
          </AlertDialog.Title>
          <AlertDialog.Description render={<div />}>
            {quote.data ? (
              <Cost
                isPaidThere={booking.payment === "property"}
                fee={quote.data.fee}
                refund={quote.data.refund}
                waits={waitingOf(quote.data.ways)}
                currency={quote.data.currency}
                changesAt={quote.data.changesAt}
                zone={booking.property.zone}
              />
            ) : quote.error ? (
              <ErrorNotice error={quote.error} />
            ) : (
              <Skeleton className="h-20" />
            )}
          </AlertDialog.Description>
          <ErrorNotice error={cancel.error} />
          <div className="flex flex-wrap justify-end gap-3">
            <AlertDialog.Close className={buttonClass("secondary")}>{room ? m.keep_room() : m.keep_booking()}</AlertDialog.Close>
            <Button kind="danger" disabled={!quote.data} busy={cancel.isPending ? m.one_moment() : undefined} onClick={confirm}>
              {quote.data && quote.data.fee > 0 ? m.cancel_for_fee({ fee: formatMoney(quote.data.fee, quote.data.currency) }) : m.cancel_free()}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Cost({
  isPaidThere,
  fee,
  refund,
  waits,
  currency,
  changesAt,
  zone,
}: {
  isPaidThere: boolean;
  fee: number;
  refund: number;
  /** Of the refund: not before the guest's bank has decided. */
  waits: number;
  currency: string;
  changesAt: string | null;
  zone: string;
}) {
  return (
    <div className="grid gap-2 text-lg">
      <p>
        {m.cancel_fee()}: <strong>{fee === 0 ? m.none() : formatMoney(fee, currency)}</strong>
      </p>
      {isPaidThere && fee > 0 && <p>{m.cancel_fee_to_hotel()}</p>}
      {refund > 0 && (
        <p>
          {m.you_get_back()}: <strong>{formatMoney(refund, currency)}</strong>
        </p>
      )}
      {waits > 0 && <p className="text-base">{m.refund_waits({ amount: formatMoney(waits, currency) })}</p>}
      {changesAt && <p className="text-base text-soft">{m.fee_changes_at({ when: formatInstant(changesAt, zone) })}</p>}
    </div>
  );
}
