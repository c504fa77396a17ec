import { Link } from "@tanstack/react-router";
import { addDays, formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { writeStay, type ResultsSearch, type Stay } from "../lib/search-params.ts";
import { buttonClass } from "./button.tsx";
import { NO_FILTERS, type Filters } from "./filters.tsx";
import { Notice } from "./notice.tsx";

const SHIFTS = [-1, 1, 7];

/** An empty page tells which of three it is: no property here, none that fits the filters, or all sold out. */
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
        {SHIFTS.map((days) => {
          const moved = { ...stay, checkIn: addDays(stay.checkIn, days), checkOut: addDays(stay.checkOut, days) };
          return (
            <Link key={days} {...paths.results({ ...search, ...writeStay(moved) })} className={buttonClass("secondary")}>
              {formatDay(moved.checkIn)} – {formatDay(moved.checkOut)}
            </Link>
          );
        })}
      </div>
    </Notice>
  );
}
