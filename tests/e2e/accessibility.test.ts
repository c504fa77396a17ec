import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { DEMO_GUEST, DEMO_HOTELIER } from "../../db/seed/accounts.ts";
import { bookStay, expectFocus, findStay, hasFocus, type Held, picture, type Stay, useDemoSite } from "../helpers/browser.ts";

// Every screen, wide and narrow: axe finds nothing, nothing scrolls sideways, and a picture is left to be looked at.

const site = useDemoSite();
let stay: Stay;
let held: Held;
let booked: Held;
let lisbon: string;

beforeAll(async () => {
  const api = site.api();
  stay = await findStay(api, { slug: "alfama-azulejo-house" });
  held = await bookStay(api, { slug: "sawah-terrace-house", method: "midtrans" });
  booked = await bookStay(api, { slug: "segara-sunrise", inDays: 0, confirm: true });
  const [place] = await api.search.destinations.query({ text: "lisbon" });
  lisbon = `place=${place!.id}&name=Lisbon&${stay.choice}`;
});

interface Screen {
  name: string;
  path: () => string;
  /** What the screen must show before it is judged. */
  shows: string | RegExp;
  as?: string;
  refusals?: number[];
  prepare?: (page: Page) => Promise<unknown>;
  /** What is done on it. */
  act?: (page: Page) => Promise<unknown>;
}

const heldAt = () => `${held.bookingId}?token=${held.token}`;
const bookAt = () => `/hotels/${stay.property.slug}/book?${stay.choice}&products=${stay.offer.productId}`;

const SCREENS: Screen[] = [
  { name: "home", path: () => "/", shows: "A good night, somewhere else.", act: (page) => suggest(page) },
  { name: "results", path: () => `/search?${lisbon}`, shows: "Places to stay in Lisbon", act: (page) => page.getByRole("link", { name: stay.property.name }).waitFor() },
  {
    name: "no results",
    path: () => `/search?${lisbon}&amenities=private_pool.yoga`,
    shows: "Places to stay in Lisbon",
    act: (page) => page.getByText("Nothing fits all of your filters").waitFor(),
  },
  {
    name: "property",
    path: () => `/hotels/${stay.property.slug}?${stay.choice}`,
    shows: "Alfama Azulejo House",
    act: (page) =>
      page
        .getByRole("button", { name: /^Choose / })
        .first()
        .click(),
  },
  { name: "property without dates", path: () => `/hotels/${stay.property.slug}`, shows: "Alfama Azulejo House" },
  { name: "book", path: bookAt, shows: "Your stay at Alfama Azulejo House", act: (page) => page.getByRole("button", { name: "Hold my room and go to payment" }).click() },
  { name: "checkout", path: () => `/checkout/${heldAt()}`, shows: "Payment for Sawah Terrace House" },
  {
    name: "return",
    path: () => `/pay/return?bookingId=${held.bookingId}&token=${held.token}`,
    shows: "Your payment",
    act: (page) => page.getByRole("link", { name: "Choose another way to pay" }).waitFor(),
  },
  { name: "confirmed", path: () => `/trips/${booked.bookingId}/confirmed?token=${booked.token}`, shows: "Your room is booked" },
  { name: "trip", path: () => `/trips/${booked.bookingId}?token=${booked.token}`, shows: "Segara Sunrise" },
  { name: "change", path: () => `/trips/${booked.bookingId}?token=${booked.token}`, shows: "Segara Sunrise", act: (page) => askToChange(page) },
  { name: "cancel", path: () => `/trips/${heldAt()}`, shows: "Sawah Terrace House", act: (page) => askToCancel(page) },
  { name: "trips", path: () => "/trips", shows: "My trips", as: DEMO_GUEST.email, act: (page) => page.getByRole("article").first().waitFor() },
  { name: "find", path: () => "/find", shows: "Find a booking", refusals: [404], act: (page) => page.getByRole("button", { name: "Find booking" }).click() },
  { name: "sign-in", path: () => "/sign-in", shows: "Sign in", act: (page) => page.getByRole("button", { name: "Sign in" }).click() },
  { name: "sign-up", path: () => "/sign-up", shows: "Create an account" },
  { name: "verify", path: () => "/verify?token=none", shows: "E-mail verification", refusals: [400], act: (page) => page.getByRole("alert").waitFor() },
  { name: "invitation", path: () => "/invitation?id=none", shows: "Invitation", as: DEMO_GUEST.email, refusals: [400], act: (page) => page.getByRole("alert").waitFor() },
  { name: "admin", path: () => `/admin/${booked.stay.property.id}/today`, shows: /\d{4}$/, as: DEMO_HOTELIER.email, act: (page) => page.getByRole("table").first().waitFor() },
  { name: "admin without a property", path: () => "/admin", shows: "Your property", as: DEMO_GUEST.email },
  { name: "not found", path: () => "/no-such-page", shows: "There is no such page", refusals: [404] },
  { name: "unknown booking", path: () => `/trips/${crypto.randomUUID()}`, shows: "We can't find that", refusals: [404] },
  { name: "error", path: () => `/hotels/${stay.property.slug}`, shows: "We can't answer right now", refusals: [503], prepare: breakProperty },
];

const LOOKS = [
  [1280, "light"],
  [390, "light"],
  [1280, "dark"],
] as const;

/** Once the browser has laid the page out for its new size. */
const expectNoWider = (page: Page, width: number) =>
  expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: `width of the page on a screen of ${width}` }).toBeLessThanOrEqual(width);

test.each(SCREENS)("axe finds nothing, wide or narrow, by day or night, and nothing scrolls sideways: $name", async ({ name, path, shows, act, ...options }) => {
  const page = await site.open(path(), options);
  await page.getByRole("heading", { level: 1, name: shows }).waitFor();
  await act?.(page);
  // Colours that are on their way from one scheme to the other are nobody's.
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const [width, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name} ${width} ${colorScheme}`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${id} at ${width} ${colorScheme}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  }
  await page.setViewportSize({ width: 320, height: 780 });
  await expectNoWider(page, 320);
});

const WIDTHS = [320, 390, 768, 1440];

test.each(["checkout", "return", "confirmed", "trip", "find", "sign-in", "sign-up", "unknown booking"])("in Indonesian nothing scrolls sideways at any width: %s", async (name) => {
  const { path, ...options } = SCREENS.find((screen) => screen.name === name)!;
  const prepare = (page: Page) => page.addInitScript(() => localStorage.setItem("PARAGLIDE_LOCALE", "id"));
  const page = await site.open(path(), { ...(options.refusals && { refusals: options.refusals }), prepare });
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("id");
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await picture(page, `id ${name} ${width}`);
    await expectNoWider(page, width);
  }
});

test("a printed trip is ink on paper: what was booked, and nothing to press", async () => {
  const page = await site.open(`/trips/${booked.bookingId}?token=${booked.token}`);
  await page.getByRole("heading", { level: 1, name: "Segara Sunrise" }).waitFor();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await picture(page, "trip printed");
  for (const said of [booked.code, booked.email, "Cancellation", "Total"]) await page.getByText(said, { exact: true }).first().waitFor();
  expect(await page.getByRole("button").or(page.getByRole("navigation")).count()).toBe(0);
  const colour = (of: "color" | "backgroundColor") => page.locator("h1").evaluate((element, of) => getComputedStyle(element)[of], of);
  expect(await colour("color")).toBe("rgb(16, 35, 59)");
});

test("a room is searched with the keyboard alone", async () => {
  const page = await site.open("/");
  await page.getByRole("combobox", { name: "Where" }).waitFor();
  await page.keyboard.press("Tab");
  await expectFocus(page.getByRole("link", { name: "Skip to content" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("combobox", { name: "Where" }));
  await page.keyboard.type("lisbon");
  await page
    .getByRole("option", { name: /^Lisbon/ })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Check-in"));
  await page.keyboard.type(sameDayAndMonth());
  await tabTo(page, page.getByRole("button", { name: "2 adults · 1 room" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "One adult fewer" }));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await tabTo(page, page.getByRole("button", { name: "Search" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Places to stay in Lisbon" }).waitFor();
  await page.getByText(/ · 1 adult · 1 room$/).waitFor();
  await tabTo(page, page.getByRole("article").getByRole("link").first());
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Rooms and rates" }).waitFor();
});

async function suggest(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: "Where" }).fill("san");
  await page.getByRole("option").first().waitFor();
}

async function askToCancel(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Cancel booking" }).click();
  await page.getByRole("alertdialog").getByText("Cancellation fee").waitFor();
}

async function askToChange(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Change booking" }).click();
  await page.getByRole("dialog").getByText("Choose other dates or guests").waitFor();
}

/** The server can't say what the property is, and to wait a minute. */
async function breakProperty(page: Page): Promise<void> {
  const domain = { code: "UNAVAILABLE", facts: { what: "database", retryAfterMs: 60_000 } };
  const data = { code: "SERVICE_UNAVAILABLE", httpStatus: 503, path: "hotels.bySlug", requestId: crypto.randomUUID(), domain };
  await page.route("**/trpc/hotels.bySlug*", (route) => route.fulfill({ status: 503, json: { error: { message: "UNAVAILABLE", code: -32603, data } } }));
}

/** Tabs on until the control has the focus. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let tabs = 0; tabs < 40; tabs++) {
    if (await hasFocus(control)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${control} can't be reached by the Tab key`);
}

/** A day to come that is typed alike with the day or the month first: "05052027". */
function sameDayAndMonth(): string {
  const soon = new Date(Date.now() + 30 * 86_400_000);
  const month = ((soon.getUTCMonth() + 1) % 12) + 1;
  const year = soon.getUTCFullYear() + (month === 1 ? 1 : 0);
  const two = String(month).padStart(2, "0");
  return `${two}${two}${year}`;
}
