import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { TransferCard } from "../components/transfer-card.tsx";
import { checkoutShows, paymentOutcome } from "../lib/booking-can.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";

const route = getRouteApi("/pay/return");
const POLL_MS = 1_500;
const SLOW_POLL_MS = 5_000;
/** After so many answers without a decision we say that it takes longer, and ask more rarely. */
const PATIENT_POLLS = 20;

/** Where a provider's page sends the guest back. Coming here proves nothing: the server tells what was paid. */
export function PayReturn() {
  const { bookingId, changeId, ...access } = route.useSearch();
  if (!bookingId) return <Navigate {...paths.find()} replace />;
  return <Watch bookingId={bookingId} changeId={changeId} access={access} />;
}

function Watch({ bookingId, changeId, access }: { bookingId: string; changeId: string | undefined; access: BookingSearch }) {
  const status = useQuery({
    ...trpc.payments.status.queryOptions({ bookingId, changeId, ...access }),
    gcTime: 0,
    refetchInterval: ({ state }) => {
      if (state.data && decided(state.data, changeId)) return false;
      return state.dataUpdateCount < PATIENT_POLLS ? POLL_MS : SLOW_POLL_MS;
    },
  });
  // A change's booking stands already; the trip shows what became of it.
  if (changeId && status.data && decided(status.data, changeId)) return <Navigate {...paths.trip(bookingId, access)} replace />;
  const back = changeId ? paths.trip(bookingId, access) : paths.checkout(bookingId, access);
  const booking = changeId ? "pending" : (status.data?.booking ?? "pending");
  const shows = checkoutShows(booking);
  if (shows === "confirmed") return <Navigate {...paths.confirmed(bookingId, access)} replace />;
  // The booking's own page says why it is over, and what became of the money.
  if (shows === "over") return <Navigate {...paths.checkout(bookingId, access)} replace />;
  if (shows === "trip") return <Navigate {...paths.trip(bookingId, access)} replace />;
  const outcome = paymentOutcome(status.data?.payment ?? null);
  const late = status.isFetchedAfterMount && outcome === "waiting";
  return (
    <Page title={m.pay_return_title()}>
      <ErrorNotice error={status.error} />
      {status.data?.transfer ? (
        <div className="grid justify-items-start gap-4">
          <TransferCard transfer={status.data.transfer} />
          <Link {...back} className={buttonClass("secondary")}>
            {m.back_to_checkout()}
          </Link>
        </div>
      ) : outcome === "failed" ? (
        <Notice tone="warn" title={m.payment_failed()} live>
          <p>{m.payment_failed_advice()}</p>
          <Link {...back} className={buttonClass("primary", "mt-4")}>
            {m.try_payment_again()}
          </Link>
        </Notice>
      ) : (
        <Notice title={outcome === "received" ? m.payment_received() : outcome === "review" ? m.payment_review() : m.payment_waiting()}>
          <p role="status">{outcome === "received" ? m.payment_received_text() : outcome === "review" ? m.payment_review_text() : m.payment_waiting_text()}</p>
          {late && (
            <Link {...back} className={buttonClass("secondary", "mt-4")}>
              {m.back_to_checkout()}
            </Link>
          )}
        </Notice>
      )}
    </Page>
  );
}

/** Whether there is nothing more to wait for. */
function decided({ booking, change }: { booking: string; change?: string | undefined }, changeId: string | undefined): boolean {
  return changeId ? change !== "pending" : booking !== "pending";
}
