import { Link } from "@tanstack/react-router";
import { addDays, countNights, earliestToday, formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { MAX_NIGHTS, writeStay, type ResultsSearch, type Stay } from "../lib/search-params.ts";
import { buttonClass } from "./button.tsx";
import { NO_FILTERS, type Filters } from "./filters.tsx";
import { Notice } from "./notice.tsx";

/** Days that arrival and departure move: a day or a week away, or a night longer. */
const SHIFTS = [
  [-1, -1],
  [1, 1],
  [0, 1],
  [7, 7],
] as const;

/** An empty page tells which of three it is: no property here, none that fits the filters, or none for these nights. */
export function NoResults({ search, stay, filters, properties }: { search: ResultsSearch; stay: Stay; filters: Filters; properties: number }) {
  if (properties === 0) {
    return (
      <Notice title={m.nothing_here({ place: search.name ?? m.this_place() })}>
        <p>{m.nothing_here_advice()}</p>
        <Link {...paths.home({ in: search.in, out: search.out, rooms: search.rooms })} className={buttonClass("secondary", "mt-4")}>
          {m.other_place()}
        </Link>
      </Notice>
    );
  }
  if (Object.values(filters).some(Boolean)) {
    return (
      <Notice title={m.no_match()}>
        <p>{m.no_match_advice({ count: properties })}</p>
        <Link {...paths.results({ ...search, ...NO_FILTERS })} className={buttonClass("secondary", "mt-4")}>
          {m.clear_filters()}
        </Link>
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={m.all_sold_out()}>
      <p>{m.all_sold_out_advice({ count: properties })}</p>
      <div className="mt-4 flex flex-wrap gap-3">
        {otherStays(stay).map((other) => (
          <Link key={other.checkIn + other.checkOut} {...paths.results({ ...search, ...writeStay(other) })} className={buttonClass("secondary")}>
            {formatDay(other.checkIn)} – {formatDay(other.checkOut)}
          </Link>
        ))}
      </div>
    </Notice>
  );
}

function otherStays(stay: Stay): Stay[] {
  const moved = SHIFTS.map(([arrival, departure]) => ({ ...stay, checkIn: addDays(stay.checkIn, arrival), checkOut: addDays(stay.checkOut, departure) }));
  return moved.filter(({ checkIn, checkOut }) => checkIn >= earliestToday() && countNights(checkIn, checkOut) <= MAX_NIGHTS);
}
