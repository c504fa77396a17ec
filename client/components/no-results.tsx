import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { unfilteredQuery } from "../lib/results-query.ts";
import { writeStay, type Filters, type ResultsSearch, type Stay } from "../lib/search-params.ts";
import { buttonClass } from "./button.tsx";
import { NO_FILTERS } from "./filters.tsx";
import { Notice } from "./notice.tsx";
import { OtherDates } from "./other-dates.tsx";
import { Skeleton } from "./skeleton.tsx";

interface Props {
  search: ResultsSearch;
  stay: Stay;
  filters: Filters;
  /** The place, and how many properties it has. */
  place: string;
  properties: number;
}

/** An empty page tells which of three it is: no property here, none that fits the filters, or none for these nights. */
export function NoResults({ search, stay, filters, place, properties }: Props) {
  const filtered = Object.values(filters).some(Boolean);
  const unfiltered = useQuery({ ...unfilteredQuery(search)!, enabled: filtered && properties > 0 });
  if (properties === 0) {
    return (
      <Notice title={m.nothing_here({ place })}>
        <p>{m.nothing_here_advice()}</p>
        <Link {...paths.home({ in: search.in, out: search.out, rooms: search.rooms })} className={buttonClass("secondary", "mt-4")}>
          {m.other_place()}
        </Link>
      </Notice>
    );
  }
  if (filtered && unfiltered.isPending) return <Skeleton className="h-40" />;
  if (filtered && unfiltered.data?.found !== 0) {
    return (
      <Notice title={m.no_match()}>
        {unfiltered.data && <p>{m.no_match_advice()}</p>}
        <Link {...paths.results({ ...search, ...NO_FILTERS })} className={buttonClass("secondary", "mt-4")}>
          {m.clear_filters()}
        </Link>
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={m.all_sold_out()}>
      <p>{m.all_sold_out_advice({ count: properties })}</p>
      <OtherDates destinationId={Number(search.place)} stay={stay} linkTo={(other) => paths.results({ ...search, ...NO_FILTERS, ...writeStay(other) })} />
    </Notice>
  );
}
