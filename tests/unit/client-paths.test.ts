import { createMemoryHistory } from "@tanstack/react-router";
import { expect, test } from "vitest";
import { files, paths } from "../../client/lib/paths.ts";
import { createAppRouter } from "../../client/router.tsx";
import { isPage, PAGES } from "../../server/platform/pages.ts";

const ID = "0198c0de-0000-7000-8000-000000000001";
const STAY = { in: "2026-12-22", out: "2026-12-25", rooms: "2-8_2" };

test("every address of the app is as links in mails and bookmarks know it", () => {
  const router = createAppRouter(createMemoryHistory());
  // Each place is checked where it is made; here they are only written out.
  const href = (place: { to: string }) => router.buildLocation(place as never).href;
  expect({
    home: href(paths.home()),
    homeAgain: href(paths.home({ place: "1", name: "Ubud" })),
    results: href(paths.results({ place: "1650535", name: "Ubud", ...STAY, stars: "4.5", sort: "price" })),
    property: href(paths.property("sawah-house", STAY)),
    book: href(paths.book("sawah-house", { ...STAY, products: "12.14" })),
    checkout: href(paths.checkout(ID)),
    payReturn: href(paths.payReturn(ID, { token: "t0k" })),
    trips: href(paths.trips()),
    tripsPast: href(paths.trips("past")),
    trip: href(paths.trip(ID, { token: "t0k" })),
    confirmed: href(paths.confirmed(ID)),
    find: href(paths.find()),
    signIn: href(paths.signIn("/trips")),
    signUp: href(paths.signUp()),
    forgot: href(paths.forgot()),
    reset: href(paths.reset("t0k")),
    verify: href(paths.verify("t0k")),
    invitation: href(paths.invitation("i1")),
    admin: href(paths.admin()),
    adminToday: href(paths.adminToday(ID, "2026-12-22")),
    calendar: files.calendar(ID, "a b"),
  }).toMatchInlineSnapshot(`
    {
      "admin": "/admin",
      "adminToday": "/admin/0198c0de-0000-7000-8000-000000000001/today?date=2026-12-22",
      "book": "/hotels/sawah-house/book?in=2026-12-22&out=2026-12-25&rooms=2-8_2&products=12.14",
      "calendar": "/bookings/0198c0de-0000-7000-8000-000000000001/calendar.ics?token=a%20b",
      "checkout": "/checkout/0198c0de-0000-7000-8000-000000000001",
      "confirmed": "/trips/0198c0de-0000-7000-8000-000000000001/confirmed",
      "find": "/find",
      "forgot": "/forgot",
      "home": "/",
      "homeAgain": "/?place=1&name=Ubud",
      "invitation": "/invitation?id=i1",
      "payReturn": "/pay/return?bookingId=0198c0de-0000-7000-8000-000000000001&token=t0k",
      "property": "/hotels/sawah-house?in=2026-12-22&out=2026-12-25&rooms=2-8_2",
      "reset": "/reset?token=t0k",
      "results": "/search?place=1650535&name=Ubud&in=2026-12-22&out=2026-12-25&rooms=2-8_2&stars=4.5&sort=price",
      "signIn": "/sign-in?next=%2Ftrips",
      "signUp": "/sign-up",
      "trip": "/trips/0198c0de-0000-7000-8000-000000000001?token=t0k",
      "trips": "/trips",
      "tripsPast": "/trips?scope=past",
      "verify": "/verify?token=t0k",
    }
  `);
});

test("each address is a screen, and an unknown one is not", () => {
  const router = createAppRouter(createMemoryHistory());
  const screen = (path: string) => router.matchRoutes(path, {}).at(-1)?.routeId;
  expect(screen("/hotels/sawah-house/book")).toBe("/hotels/$slug/book");
  expect(screen(`/admin/${ID}/today`)).toBe("/admin/$propertyId/today");
  expect(screen("/nothing/here")).toBe("__root__");
});

/** What some browser or router would read as an address of another site. */
const STRANGE_PATHS = [
  "//evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/..//evil.test",
  "/./\\evil.test",
  "/x/..//evil.test",
  "/%2fevil.test",
  "/%5Cevil.test",
  "/x/../%2Fevil.test",
  "/\t/evil.test",
  "/\n/evil.test",
  "\t//evil.test",
  " //evil.test",
  "https://evil.test",
  "javascript:alert(1)",
  "trips",
  "",
];

test("a screen is never handed what its search refuses", () => {
  const router = createAppRouter(createMemoryHistory());
  const searchOf = (path: string, search: Record<string, string>): object => router.matchRoutes(path, search).at(-1)!.search;
  for (const next of STRANGE_PATHS) expect(searchOf("/sign-in", { next }), next).toEqual({});
  expect(searchOf("/sign-in", { next: "/trips/../invitation?id=a#b" })).toEqual({ next: "/invitation?id=a#b" });
  expect(searchOf(`/admin/${ID}/today`, { date: "0002-01-27" })).toEqual({});
  expect(searchOf("/search", { in: "2026-02-30", out: "2026-03-02", sort: "odd", stars: "9" })).toEqual({ out: "2026-03-02" });
  expect(searchOf(`/trips/${ID}`, { token: "<script>" })).toEqual({});
});

test("the server knows the app's screens, and no others", () => {
  const { routesByPath } = createAppRouter(createMemoryHistory());
  expect(PAGES.toSorted()).toEqual(
    Object.keys(routesByPath)
      .map((path) => path.replace(/(?<=.)\/$/, ""))
      .filter((path, index, all) => all.indexOf(path) === index)
      .toSorted(),
  );
  for (const path of ["/", "/search", "/Search", "/trips/", "/hotels/sawah-house", `/admin/${ID}/today`]) expect(isPage(path), path).toBe(true);
  for (const path of ["/no-such-page", "/hotels", "/hotels/", "/search/more", "/trips/1/2/3", "/admin/x", "/wp-login"]) expect(isPage(path), path).toBe(false);
});
