import { formatCountdown, formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { useRemaining } from "../lib/use-remaining.ts";

const MINUTE = 60_000;
/** Minutes left at which a screen reader is told; each second would be noise. */
const SPOKEN = [10, 5, 2, 1];

/** Longer than this is told as its end: nobody counts hours down. */
const LONG = 60 * MINUTE;

/** How long the rooms are kept. The server alone says when it is over; at zero we say that it is being asked. `zone` is the property's. */
export function Countdown({ until, now, zone }: { until: string; now: string; zone: string }) {
  const left = useRemaining(until, now);
  const minutes = Math.ceil(left / MINUTE);
  const spoken = SPOKEN.findLast((mark) => minutes <= mark);
  if (left > LONG) return <p className="rounded-2xl bg-navy-900 px-5 py-4 font-medium text-white">{m.held_until({ when: formatInstant(until, zone) })}</p>;
  return (
    <div className="flex items-center justify-between gap-4 rounded-2xl bg-navy-900 px-5 py-4 text-white">
      <p className="font-medium">{left > 0 ? m.held_for_you() : m.hold_checking()}</p>
      <p className="tabular text-3xl font-bold" role="timer" aria-live="off" aria-label={m.time_left()}>
        {formatCountdown(left)}
      </p>
      <p className="sr-only" aria-live="polite">
        {left > 0 && spoken ? m.minutes_left({ count: spoken }) : ""}
      </p>
    </div>
  );
}
