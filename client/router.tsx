import { createRootRoute, createRoute, createRouter, redirect, type RouterHistory } from "@tanstack/react-router";
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
import { screen } from "./lib/chunks.ts";
import { PageError } from "./components/page-error.tsx";
import { PagePending } from "./components/page-pending.tsx";
import { Root } from "./routes/root.tsx";

// The map of the app. Each screen is a chunk of its own; its loader asks for what the screen trusts to be there.

/** Every screen but the frame's own, each a chunk. */
const screens = {
  home: screen(() => import("./routes/home.tsx"), "Home"),
  results: screen(() => import("./routes/results.tsx"), "Results"),
  property: screen(() => import("./routes/property.tsx"), "Property"),
  book: screen(() => import("./routes/book.tsx"), "Book"),
  checkout: screen(() => import("./routes/checkout.tsx"), "Checkout"),
  payReturn: screen(() => import("./routes/pay-return.tsx"), "PayReturn"),
  trips: screen(() => import("./routes/trips.tsx"), "Trips"),
  trip: screen(() => import("./routes/trip.tsx"), "Trip"),
  confirmed: screen(() => import("./routes/confirmed.tsx"), "Confirmed"),
  find: screen(() => import("./routes/find.tsx"), "Find"),
  notFound: screen(() => import("./routes/not-found.tsx"), "NotFound"),
  signIn: screen(() => import("./routes/sign-in.tsx"), "SignIn"),
  signUp: screen(() => import("./routes/sign-up.tsx"), "SignUp"),
  forgot: screen(() => import("./routes/forgot.tsx"), "Forgot"),
  reset: screen(() => import("./routes/reset.tsx"), "Reset"),
  verify: screen(() => import("./routes/verify.tsx"), "Verify"),
  invitation: screen(() => import("./routes/invitation.tsx"), "Invitation"),
  adminShell: screen(() => import("./routes/admin/shell.tsx"), "AdminShell"),
  adminStart: screen(() => import("./routes/admin/start.tsx"), "AdminStart"),
  adminToday: screen(() => import("./routes/admin/today.tsx"), "AdminToday"),
};

const root = createRootRoute({
  component: Root,
  notFoundComponent: screens.notFound,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: validatePlace,
  component: screens.home,
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
  component: screens.results,
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
  component: screens.property,
});

const book = createRoute({
  getParentRoute: () => root,
  path: "/hotels/$slug/book",
  validateSearch: validateChoice,
  loader: async ({ params }) => {
    await queryClient.ensureQueryData(trpc.hotels.bySlug.queryOptions({ slug: params.slug, locale: getLocale() }));
  },
  component: screens.book,
});

const checkout = createRoute({
  getParentRoute: () => root,
  path: "/checkout/$bookingId",
  validateSearch: validateBooking,
  loaderDeps: ({ search }) => search,
  loader: readBooking,
  component: screens.checkout,
});

const payReturn = createRoute({
  getParentRoute: () => root,
  path: "/pay/return",
  validateSearch: validateReturn,
  // A provider adds what it likes (order, status, transaction): nothing of it is believed, and none of it stays in the address.
  beforeLoad: ({ location }) => {
    const raw = parseSearch(location.searchStr);
    const search = validateReturn(raw);
    if (Object.keys(raw).some((key) => !(key in search))) throw redirect({ to: "/pay/return", search, replace: true });
  },
  component: screens.payReturn,
});

const trips = createRoute({
  getParentRoute: () => root,
  path: "/trips",
  validateSearch: validateTrips,
  beforeLoad: requireSession,
  component: screens.trips,
});

const trip = createRoute({
  getParentRoute: () => root,
  path: "/trips/$bookingId",
  validateSearch: validateBooking,
  loaderDeps: ({ search }) => search,
  loader: readBooking,
  component: screens.trip,
});

const confirmed = createRoute({
  getParentRoute: () => root,
  path: "/trips/$bookingId/confirmed",
  validateSearch: validateBooking,
  loaderDeps: ({ search }) => search,
  loader: readBooking,
  component: screens.confirmed,
});

const find = createRoute({
  getParentRoute: () => root,
  path: "/find",
  component: screens.find,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: validateNext,
  component: screens.signIn,
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: validateNext,
  component: screens.signUp,
});

const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: screens.forgot,
});

const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  validateSearch: validateToken,
  component: screens.reset,
});

const verify = createRoute({
  getParentRoute: () => root,
  path: "/verify",
  validateSearch: validateToken,
  component: screens.verify,
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  validateSearch: validateInvitation,
  beforeLoad: requireSession,
  component: screens.invitation,
});

const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  beforeLoad: requireSession,
  loader: async () => {
    await queryClient.ensureQueryData(trpc.admin.inventory.myProperties.queryOptions());
  },
  component: screens.adminShell,
});

const adminHome = createRoute({
  getParentRoute: () => admin,
  path: "/",
  component: screens.adminStart,
});

const adminToday = createRoute({
  getParentRoute: () => admin,
  path: "$propertyId/today",
  validateSearch: validateDay,
  component: screens.adminToday,
});

/** Always asked anew: what can be done with a booking, and how long it is held, is true of this moment alone. */
async function readBooking({ params, deps }: { params: { bookingId: string }; deps: BookingSearch }): Promise<void> {
  await queryClient.fetchQuery({ ...trpc.bookings.get.queryOptions({ ...params, ...deps }), staleTime: 0 });
}

/** Where a guest is likely to go on from a screen, by the path's first segment and its last where that decides. */
function nextScreens(path: string): (typeof screens)[keyof typeof screens][] {
  if (path === "/") return [screens.results];
  if (path.startsWith("/search")) return [screens.property];
  if (path.endsWith("/book")) return [screens.checkout];
  if (path.startsWith("/hotels/")) return [screens.book];
  if (path.startsWith("/checkout/") || path.startsWith("/pay/")) return [screens.payReturn, screens.confirmed, screens.trip];
  if (path.startsWith("/trips") || path.startsWith("/find")) return [screens.trip];
  return [];
}

/** Loads the next screens' chunks while nothing else is to be done; one that fails is loaded when it is needed. */
export function preloadNext(path: string): void {
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 500));
  idle(() => {
    for (const { preload } of nextScreens(path)) preload().catch(() => {});
  });
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
    // Nobody looks at an empty page for longer.
    defaultPendingMs: 300,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
