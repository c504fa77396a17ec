import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { formatCountdown, formatDay, formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { openHoldsQuery, type OpenHold } from "../lib/open-holds.ts";
import { paths } from "../lib/paths.ts";
import { useRemaining } from "../lib/use-remaining.ts";
import { buttonClass } from "./button.tsx";
import { GiveBackDialog } from "./give-back-dialog.tsx";

/** Longer than this is told as its end: nobody counts hours down. */
const LONG_MS = 3_600_000;

export interface HoldListProps {
  holds: OpenHold[];
  /** The server's clock as it answered. */
  now: string;
  onGivenBack: (property: string) => void;
}

/** What is held and not paid, how long still, and the ways to it and out of it. */
export function HoldList({ holds, now, onGivenBack }: HoldListProps) {
  return (
    <section aria-label={m.holds_label()} className="border-b border-sand-300 bg-sand-100 print:hidden">
      <ul className="mx-auto grid max-w-6xl gap-3 px-4 py-3 sm:px-6">
        {holds.map((hold) => (
          <Hold key={hold.id} hold={hold} now={now} onGivenBack={() => onGivenBack(hold.propertyName)} />
        ))}
      </ul>
    </section>
  );
}

function Hold({ hold, now, onGivenBack }: { hold: OpenHold; now: string; onGivenBack: () => void }) {
  const left = useRemaining(hold.holdExpiresAt, now);
  const property = hold.propertyName;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p>
        <span className="block font-semibold">{hold.ofChange ? m.change_held_of({ property }) : m.hold_of({ property })}</span>
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
        <Link {...(hold.ofChange ? paths.trip(hold.id) : paths.checkout(hold.id))} aria-label={m.hold_continue_of({ property })} className={buttonClass()}>
          {m.hold_continue()}
        </Link>
        {!hold.waits && !hold.ofChange && <GiveBackDialog hold={hold} onDone={onGivenBack} />}
      </span>
    </li>
  );
}

/** For a refusal that more holds cause: the ways to those there are. */
export function HoldLinks() {
  const { data } = useQuery(openHoldsQuery);
  return data?.holds
    .filter(({ ofChange }) => !ofChange)
    .map(({ id, propertyName, checkIn }) => (
      <Link key={id} {...paths.checkout(id)} className={buttonClass("secondary")}>
        {propertyName}, {formatDay(checkIn)}
      </Link>
    ));
}
