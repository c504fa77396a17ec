import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from "@tanstack/react-router";
import { trpc } from "./lib/trpc.ts";
import { queryClient } from "./lib/query.ts";
import { sessionQuery } from "./lib/session.ts";
import { getLocale } from "./lib/i18n/compiled/runtime.js";
import { resultsQuery } from "./lib/results-query.ts";
import {
  parseSearch,
  readStay,
  stringifySearch,
  validateBooking,
  validateChoice,
  validateDay,
  validateInvitation,
  validateNext,
  validatePlace,
  validateResults,
  validateReturn,
  validateToken,
  validateTrips,
  type BookingSearch,
} from "./lib/search-params.ts";
import { PageError } from "./components/page-error.tsx";
import { PagePending } from "./components/page-pending.tsx";
import { Root } from "./routes/root.tsx";

// The map of the app. Each screen is a chunk of its own; its loader asks for what the screen trusts to be there.

const root = createRootRoute({
  component: Root,
  notFoundComponent: lazyRouteComponent(() => import("./routes/not-found.tsx"), "NotFound"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: validatePlace,
  component: lazyRouteComponent(() => import("./routes/home.tsx"), "Home"),
});

const results = createRoute({
  getParentRoute: () => root,
  path: "/search",
  validateSearch: validateResults,
  loaderDeps: ({ search }) => search,
  // Not awaited: the screen shows its own skeleton beside the filters.
  loader: ({ deps }) => {
    const query = resultsQuery(deps);
    if (query) void queryClient.prefetchInfiniteQuery(query);
  },
  component: lazyRouteComponent(() => import("./routes/results.tsx"), "Results"),
});

const property = createRoute({
  getParentRoute: () => root,
  path: "/hotels/$slug",
  validateSearch: validateChoice,
  loaderDeps: ({ search: { in: checkIn, out, rooms } }) => ({ in: checkIn, out, rooms }),
  loader: async ({ params, deps }) => {
    const found = await queryClient.ensureQueryData(trpc.hotels.bySlug.queryOptions({ slug: params.slug, locale: getLocale() }));
    const stay = readStay(deps);
    if (stay) void queryClient.prefetchQuery(trpc.rooms.availability.queryOptions({ propertyId: found.id, ...stay }));
  },
  component: lazyRouteComponent(() => import("./routes/property.tsx"), "Property"),
});

const book = createRoute({
  getParentRoute: () => root,
  path: "/hotels/$slug/book",
  validateSearch: validateChoice,
  loader: async ({ params }) => {
    await queryClient.ensureQueryData(trpc.hotels.bySlug.queryOptions({ slug: params.slug, locale: getLocale() }));
  },
  component: lazyRouteComponent(() => import("./routes/book.tsx"), "Book"),
});

const checkout = createRoute({
  getParentRoute: () => root,
  path: "/checkout/$bookingId",
  validateSearch: validateBooking,
  loaderDeps: ({ search }) => search,
  loader: readBooking,
  component: lazyRouteComponent(() => import("./routes/checkout.tsx"), "Checkout"),
});

const payReturn = createRoute({
  getParentRoute: () => root,
  path: "/pay/return",
  validateSearch: validateReturn,
  component: lazyRouteComponent(() => import("./routes/pay-return.tsx"), "PayReturn"),
});

const trips = createRoute({
  getParentRoute: () => root,
  path: "/trips",
  validateSearch: validateTrips,
  beforeLoad: requireSession,
  component: lazyRouteComponent(() => import("./routes/trips.tsx"), "Trips"),
});

const trip = createRoute({
  getParentRoute: () => root,
  path: "/trips/$bookingId",
  validateSearch: validateBooking,
  loaderDeps: ({ search }) => search,
  loader: readBooking,
  component: lazyRouteComponent(() => import("./routes/trip.tsx"), "Trip"),
});

const confirmed = createRoute({
  getParentRoute: () => root,
  path: "/trips/$bookingId/confirmed",
  validateSearch: validateBooking,
  loaderDeps: ({ search }) => search,
  loader: readBooking,
  component: lazyRouteComponent(() => import("./routes/confirmed.tsx"), "Confirmed"),
});

const find = createRoute({
  getParentRoute: () => root,
  path: "/find",
  component: lazyRouteComponent(() => import("./routes/find.tsx"), "Find"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: validateNext,
  component: lazyRouteComponent(() => import("./routes/sign-in.tsx"), "SignIn"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: validateNext,
  component: lazyRouteComponent(() => import("./routes/sign-up.tsx"), "SignUp"),
});

const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: lazyRouteComponent(() => import("./routes/forgot.tsx"), "Forgot"),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  validateSearch: validateToken,
  component: lazyRouteComponent(() => import("./routes/reset.tsx"), "Reset"),
});

const verify = createRoute({
  getParentRoute: () => root,
  path: "/verify",
  validateSearch: validateToken,
  component: lazyRouteComponent(() => import("./routes/verify.tsx"), "Verify"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  validateSearch: validateInvitation,
  beforeLoad: requireSession,
  component: lazyRouteComponent(() => import("./routes/invitation.tsx"), "Invitation"),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  beforeLoad: requireSession,
  loader: async () => {
    await queryClient.ensureQueryData(trpc.admin.inventory.myProperties.queryOptions());
  },
  component: lazyRouteComponent(() => import("./routes/admin/shell.tsx"), "AdminShell"),
});

const adminHome = createRoute({
  getParentRoute: () => admin,
  path: "/",
  component: lazyRouteComponent(() => import("./routes/admin/start.tsx"), "AdminStart"),
});

const adminToday = createRoute({
  getParentRoute: () => admin,
  path: "$propertyId/today",
  validateSearch: validateDay,
  component: lazyRouteComponent(() => import("./routes/admin/today.tsx"), "AdminToday"),
});

/** Always asked anew: what can be done with a booking, and how long it is held, is true of this moment alone. */
async function readBooking({ params, deps }: { params: { bookingId: string }; deps: BookingSearch }): Promise<void> {
  await queryClient.fetchQuery({ ...trpc.bookings.get.queryOptions({ ...params, ...deps }), staleTime: 0 });
}

/** Sends a stranger to sign in, and back here after. */
async function requireSession({ location }: { location: { href: string } }): Promise<void> {
  const user = await queryClient.fetchQuery(sessionQuery);
  if (!user) throw redirect({ to: "/sign-in", search: { next: location.href } });
}

const routeTree = root.addChildren([
  home,
  results,
  property,
  book,
  checkout,
  payReturn,
  trips,
  trip,
  confirmed,
  find,
  signIn,
  signUp,
  forgot,
  reset,
  verify,
  invitation,
  admin.addChildren([adminHome, adminToday]),
]);

/** The app's router; tests hand it a history in memory. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: "intent",
    // The query client decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
