import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { FilterChips } from "../components/filter-chips.tsx";
import { FilterForm } from "../components/filters.tsx";
import { HotelCard } from "../components/hotel-card.tsx";
import { NoResults } from "../components/no-results.tsx";
import { SearchForm } from "../components/search-form.tsx";
import { SkipLink } from "../components/skip-link.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { SortSelect } from "../components/sort-select.tsx";
import { formatDate } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { partyText } from "../lib/party-words.ts";
import { paths } from "../lib/paths.ts";
import { resultsQuery } from "../lib/results-query.ts";
import { readStay, type Filters, type PlaceSearch, type ResultsSearch, type Stay } from "../lib/search-params.ts";

const route = getRouteApi("/search");

export function Results() {
  const search = route.useSearch();
  const stay = readStay(search);
  const query = resultsQuery(search);
  // A link without place or dates can't be answered; home asks for what lacks.
  if (!stay || !query) return <Navigate {...paths.home(search)} replace />;
  return <ResultsPage search={search} stay={stay} query={query} />;
}

function ResultsPage({ search, stay, query }: { search: ResultsSearch; stay: Stay; query: NonNullable<ReturnType<typeof resultsQuery>> }) {
  const navigate = useNavigate();
  const results = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLDetailsElement>(null);
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(query);
  const hotels = data?.pages.flatMap((page) => page.items) ?? [];
  const [first] = data?.pages ?? [];
  const { type, min, max, cur, stars, amenities, free } = search;
  const filters: Filters = { type, min, max, cur, stars, amenities, free };
  // The currency belongs to the amounts.
  const active = Object.entries(filters).filter(([name, value]) => name !== "cur" && value !== undefined).length;
  const currency = cur ?? hotels[0]?.cheapest.currency;
  // The place's name is the gazetteer's: a link could say anything.
  const title = first ? m.results_title({ place: first.place }) : m.results_title_searching();
  /** Shows what came of it: on a phone the panel covers the results, and the chip that was pressed is gone. */
  const filter = async (next: Filters) => {
    await navigate({ ...paths.results({ ...search, ...next }), resetScroll: false });
    if (panel.current) panel.current.open = false;
    results.current?.focus();
  };
  const searchAgain = (asked: PlaceSearch) => {
    const sameMoney = asked.place === search.place;
    void navigate(paths.results({ ...search, ...asked, ...(sameMoney ? {} : { min: undefined, max: undefined, cur: undefined }) }));
  };
  return (
    <div className="mx-auto max-w-6xl px-4 py-8 sm:px-6">
      <title>{`${title} · Nightledger`}</title>
      <SkipLink href="#results">{m.skip_to_results()}</SkipLink>
      <h1 className="text-3xl font-bold sm:text-4xl">{title}</h1>
      <p className="mt-2 text-soft">
        {formatDate(stay.checkIn)} – {formatDate(stay.checkOut)} · {partyText(stay.rooms)}
      </p>
      <details className="mt-4 rounded-2xl border border-sand-200 bg-white">
        <summary className="px-5 py-3.5 font-semibold">{m.change_search()}</summary>
        <div className="border-t border-sand-200 p-5">
          <SearchForm key={JSON.stringify([search, first?.place])} initial={first ? { ...search, name: first.place } : search} onSearch={searchAgain} />
        </div>
      </details>
      <div className="mt-8 grid gap-8 lg:grid-cols-[15rem_1fr]">
        <aside aria-label={m.filters()}>
          <details ref={panel} className="rounded-2xl border border-sand-200 bg-white lg:hidden">
            <summary className="px-5 py-3.5 font-semibold">{active > 0 ? `${m.filters()} (${active})` : m.filters()}</summary>
            <div className="border-t border-sand-200 p-5">{filterForm()}</div>
          </details>
          <div className="hidden lg:block">{filterForm()}</div>
        </aside>
        <div>
          <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
            <h2 id="results" ref={results} tabIndex={-1} className="scroll-mt-4 text-lg font-semibold">
              <span role="status">{isPending ? m.searching() : m.results_all({ count: first?.found ?? 0 })}</span>
            </h2>
            <SortSelect value={search.sort} onChange={(sort) => void navigate({ ...paths.results({ ...search, sort }), resetScroll: false })} />
          </div>
          <FilterChips filters={filters} onChange={(next) => void filter(next)} />
          {isPending && <Loading />}
          <ErrorNotice error={error}>
            <Button kind="secondary" onClick={() => void refetch()}>
              {m.try_again()}
            </Button>
          </ErrorNotice>
          {first && hotels.length === 0 && <NoResults search={search} stay={stay} filters={filters} place={first.place} properties={first.propertiesInDestination} />}
          <ul className="grid gap-5">
            {hotels.map((hotel, index) => (
              <li key={hotel.propertyId}>
                <HotelCard hotel={hotel} stay={stay} first={index === 0} />
              </li>
            ))}
          </ul>
          {hasNextPage && (
            <Button kind="secondary" className="mt-6 w-full" busy={isFetchingNextPage ? m.loading() : undefined} onClick={() => void fetchNextPage()}>
              {m.load_more()}
            </Button>
          )}
        </div>
      </div>
    </div>
  );

  function filterForm() {
    return <FilterForm key={JSON.stringify([filters, currency])} value={filters} currency={currency} onChange={(next) => void filter(next)} />;
  }
}

function Loading() {
  return (
    <div className="grid gap-5">
      <Skeleton className="h-52" />
      <Skeleton className="h-52" />
      <Skeleton className="h-52" />
    </div>
  );
}
