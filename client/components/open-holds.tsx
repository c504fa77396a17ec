import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { formatCountdown, formatDay, formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { openHoldsQuery, type OpenHold } from "../lib/open-holds.ts";
import { paths } from "../lib/paths.ts";
import { sessionQuery } from "../lib/session.ts";
import { useRemaining } from "../lib/use-remaining.ts";
import { buttonClass } from "./button.tsx";
import { GiveBackDialog } from "./give-back-dialog.tsx";

/** Longer than this is told as its end: nobody counts hours down. */
const LONG_MS = 3_600_000;

/** On every page: what is held and not paid, how long still, and the ways to it and out of it. */
export function OpenHolds() {
  // Behind the session's question: that one gives a new browser its cookie.
  const { isFetched } = useQuery(sessionQuery);
  const { data, refetch } = useQuery({ ...openHoldsQuery, enabled: isFetched });
  const [news, setNews] = useState("");
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const paidOn = useRouterState({ select: ({ location }) => (location.search as { bookingId?: string }).bookingId });
  const any = data !== undefined && data.holds.length > 0;
  // Another page may have come of a payment.
  useEffect(() => {
    if (any) void refetch();
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [path]);
  // A hold's own pages say it themselves.
  const shown = data?.holds.filter(({ id }) => !path.startsWith(`/checkout/${id}`) && id !== paidOn) ?? [];
  return (
    <>
      <p role="status" className="sr-only">
        {news}
      </p>
      {data && shown.length > 0 && (
        <section aria-label={m.holds_label()} className="border-b border-sand-300 bg-sand-100 print:hidden">
          <ul className="mx-auto grid max-w-6xl gap-3 px-4 py-3 sm:px-6">
            {shown.map((hold) => (
              <Hold key={hold.id} hold={hold} now={data.now} onGivenBack={() => setNews(m.hold_given_back({ property: hold.propertyName }))} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Hold({ hold, now, onGivenBack }: { hold: OpenHold; now: string; onGivenBack: () => void }) {
  const left = useRemaining(hold.holdExpiresAt, now);
  const property = hold.propertyName;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p>
        <span className="block font-semibold">{m.hold_of({ property })}</span>
        <span className="text-[0.95rem] text-soft">
          {formatDay(hold.checkIn)} – {formatDay(hold.checkOut)} · {hold.waits && `${m.hold_waits()} · `}
          {left > LONG_MS ? (
            m.held_until({ when: formatInstant(hold.holdExpiresAt, hold.zone) })
          ) : (
            <span role="timer" aria-live="off" aria-label={m.time_left()} className="tabular font-semibold text-ink">
              {formatCountdown(left)}
            </span>
          )}
        </span>
      </p>
      <span className="flex flex-wrap gap-2">
        <Link {...paths.checkout(hold.id)} aria-label={m.hold_continue_of({ property })} className={buttonClass()}>
          {m.hold_continue()}
        </Link>
        {!hold.waits && <GiveBackDialog hold={hold} onDone={onGivenBack} />}
      </span>
    </li>
  );
}

/** For a refusal that more holds cause: the ways to those there are. */
export function HoldLinks() {
  const { data } = useQuery(openHoldsQuery);
  return data?.holds.map(({ id, propertyName, checkIn }) => (
    <Link key={id} {...paths.checkout(id)} className={buttonClass("secondary")}>
      {propertyName}, {formatDay(checkIn)}
    </Link>
  ));
}
