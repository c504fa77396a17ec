import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button, buttonClass } from "../components/button.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { TripCard } from "../components/trip-card.tsx";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { TRIP_SCOPES, type TripScope } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";

const route = getRouteApi("/trips");
const WORDS = {
  upcoming: [m.trips_upcoming, m.no_upcoming],
  past: [m.trips_past, m.no_past],
  cancelled: [m.trips_cancelled, m.no_cancelled],
} satisfies Record<TripScope, [() => string, () => string]>;

export function Trips() {
  const { scope = "upcoming" } = route.useSearch();
  const trips = useInfiniteQuery(trpc.bookings.mine.infiniteQueryOptions({ scope }, { getNextPageParam: (page) => page.nextCursor }));
  const items = trips.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={m.nav_trips()}>
      <nav aria-label={m.nav_trips()} className="mb-6 flex flex-wrap gap-2">
        {TRIP_SCOPES.map((option) => (
          <Link
            key={option}
            {...paths.trips(option === "upcoming" ? undefined : option)}
            aria-current={option === scope ? "page" : undefined}
            className={buttonClass("secondary", "aria-[current=page]:border-ink aria-[current=page]:bg-sand-200")}
          >
            {WORDS[option][0]()}
          </Link>
        ))}
      </nav>
      <ErrorNotice error={trips.error}>
        <Button kind="secondary" onClick={() => void trips.refetch()}>
          {m.try_again()}
        </Button>
      </ErrorNotice>
      {trips.isPending && <Skeleton className="h-40" />}
      {trips.data && items.length === 0 && (
        <Notice title={WORDS[scope][1]()}>
          <p>{m.trips_empty_advice()}</p>
          <div className="mt-4 flex flex-wrap gap-3">
            <Link {...paths.home()} className={buttonClass()}>
              {m.to_search()}
            </Link>
            <Link {...paths.find()} className={buttonClass("secondary")}>
              {m.nav_find()}
            </Link>
          </div>
        </Notice>
      )}
      <ul className="grid gap-4">
        {items.map((trip) => (
          <li key={trip.id}>
            <TripCard trip={trip} />
          </li>
        ))}
      </ul>
      {trips.hasNextPage && (
        <Button kind="secondary" className="mt-6 w-full" busy={trips.isFetchingNextPage ? m.loading() : undefined} onClick={() => void trips.fetchNextPage()}>
          {m.load_more()}
        </Button>
      )}
    </Page>
  );
}
