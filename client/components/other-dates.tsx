import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { paths } from "../lib/paths.ts";
import { writeStay, type ResultsSearch, type Stay } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import { buttonClass } from "./button.tsx";
import { NO_FILTERS } from "./filters.tsx";

/** Other dates on which the place has rooms for the party, with how many places and from what price; none is guessed. */
export function OtherDates({ search, stay }: { search: ResultsSearch; stay: Stay }) {
  const { data, isError } = useQuery(trpc.search.otherDates.queryOptions({ destinationId: Number(search.place), ...stay }));
  return (
    <div role="status" className="mt-3">
      <p>{isError ? m.other_dates_failed() : !data ? m.other_dates_searching() : data.length === 0 ? m.other_dates_none() : m.other_dates_free()}</p>
      {data && data.length > 0 && (
        <ul className="mt-3 flex flex-wrap gap-3">
          {data.map(({ checkIn, checkOut, properties, total, currency }) => (
            <li key={checkIn + checkOut}>
              <Link {...paths.results({ ...search, ...NO_FILTERS, ...writeStay({ ...stay, checkIn, checkOut }) })} className={buttonClass("secondary", "flex-col gap-0")}>
                <span>
                  {formatDay(checkIn)} – {formatDay(checkOut)}
                </span>
                <span className="text-sm font-normal text-soft">{m.other_dates_offer({ count: properties, price: formatMoney(total, currency) })}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
