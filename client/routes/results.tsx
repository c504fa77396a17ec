import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate, useNavigate } from "@tanstack/react-router";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { FilterForm, type Filters } from "../components/filters.tsx";
import { HotelCard } from "../components/hotel-card.tsx";
import { NoResults } from "../components/no-results.tsx";
import { SearchForm } from "../components/search-form.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { SortSelect } from "../components/sort-select.tsx";
import { formatDate } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { partyText } from "../lib/party-words.ts";
import { paths } from "../lib/paths.ts";
import { resultsQuery } from "../lib/results-query.ts";
import { readStay, type ResultsSearch, type Stay } from "../lib/search-params.ts";

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
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(query);
  const hotels = data?.pages.flatMap((page) => page.items) ?? [];
  const filters: Filters = { type: search.type, min: search.min, max: search.max, cur: search.cur, stars: search.stars, amenities: search.amenities };
  const currency = search.cur ?? hotels[0]?.cheapest.currency;
  const title = m.results_title({ place: search.name ?? m.this_place() });
  return (
    <div className="mx-auto max-w-6xl px-4 py-8 sm:px-6">
      <title>{`${title} · Nightledger`}</title>
      <h1 className="text-3xl font-bold sm:text-4xl">{title}</h1>
      <p className="mt-2 text-soft">
        {formatDate(stay.checkIn)} – {formatDate(stay.checkOut)} · {partyText(stay.rooms)}
      </p>
      <details className="mt-4 rounded-2xl border border-sand-200 bg-white">
        <summary className="px-5 py-3.5 font-semibold">{m.change_search()}</summary>
        <div className="border-t border-sand-200 p-5">
          <SearchForm key={JSON.stringify(search)} initial={search} onSearch={(asked) => void navigate(paths.results({ ...asked, sort: search.sort }))} />
        </div>
      </details>
      <div className="mt-8 grid gap-8 lg:grid-cols-[15rem_1fr]">
        <aside aria-label={m.filters()}>
          <details className="rounded-2xl border border-sand-200 bg-white lg:hidden">
            <summary className="px-5 py-3.5 font-semibold">{m.filters()}</summary>
            <div className="border-t border-sand-200 p-5">{filterForm()}</div>
          </details>
          <div className="hidden lg:block">{filterForm()}</div>
        </aside>
        <div>
          <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
            <p role="status" className="font-medium">
              {isPending ? m.searching() : hotels.length > 0 ? (hasNextPage ? m.results_first({ count: hotels.length }) : m.results_all({ count: hotels.length })) : ""}
            </p>
            <SortSelect value={search.sort} onChange={(sort) => void navigate(paths.results({ ...search, sort }))} />
          </div>
          {isPending && <Loading />}
          <ErrorNotice error={error}>
            <Button kind="secondary" onClick={() => void refetch()}>
              {m.try_again()}
            </Button>
          </ErrorNotice>
          {data && hotels.length === 0 && <NoResults search={search} stay={stay} filters={filters} properties={data.pages[0]?.propertiesInDestination ?? 0} />}
          <ul className="grid gap-5">
            {hotels.map((hotel) => (
              <li key={hotel.propertyId}>
                <HotelCard hotel={hotel} stay={stay} />
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
    return <FilterForm key={JSON.stringify([filters, currency])} value={filters} currency={currency} onChange={(next) => void navigate(paths.results({ ...search, ...next }))} />;
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
