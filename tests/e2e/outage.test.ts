import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bookStay, findStay, PATIENCE, picture, useDemoSite } from "../helpers/browser.ts";

// What the browser itself complains of when nothing answers.
const site = useDemoSite();

async function expectGoodError(page: Page, name: string): Promise<void> {
  expect(await page.title()).not.toMatch(/^Loading|^$/);
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await picture(page, name);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
}

test("offline, a screen that is not there yet says so instead of the browser, and comes by itself with the connection", async () => {
  const page = await site.open("/", { offline: true });
  await page.getByRole("combobox", { name: "Where" }).waitFor();
  await page.waitForLoadState("networkidle");
  await page.context().setOffline(true);
  await page.getByRole("link", { name: "Find a booking" }).click();
  await page.getByRole("heading", { level: 1, name: "You are offline" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/find");
  await expectGoodError(page, "offline 1280");
  await page.context().setOffline(false);
  await page.getByRole("heading", { level: 1, name: "Find a booking" }).waitFor();
});

test("the next screen is there before it is asked for", async () => {
  const page = await site.open("/");
  await page.getByRole("combobox", { name: "Where" }).waitFor();
  const loaded = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  await expect.poll(async () => (await loaded()).some((name) => name.includes("/assets/results-")), PATIENCE).toBe(true);
});

test("a part of the app that a server without trouble lacks is no new deployment: it is said, and tried again", async () => {
  const page = await site.open("/", { refusals: [503] });
  await page.getByRole("combobox", { name: "Where" }).waitFor();
  let out = true;
  await page.route("**/assets/find-*.js", (route) => (out ? route.fulfill({ status: 503, contentType: "text/html", body: "<html>busy</html>" }) : route.fallback()));
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await page.getByRole("link", { name: "Find a booking" }).click();
  await page.getByRole("heading", { level: 1, name: "No answer came" }).waitFor();
  await expectGoodError(page, "chunk 1280");
  expect(await page.evaluate(() => "marked" in window)).toBe(true);
  out = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: "Find a booking" }).waitFor();
});

test("a tab of an older build is loaded anew where its parts are gone, once", async () => {
  const page = await site.open("/", { refusals: [404] });
  await page.getByRole("combobox", { name: "Where" }).waitFor();
  await page.evaluate(() => Object.assign(window, { marked: true }));
  let gone = true;
  await page.route("**/assets/find-*.js", (route) => (gone ? route.fulfill({ status: 404, contentType: "text/plain", body: "" }) : route.fallback()));
  await page.route(`${site.url}/`, (route) => {
    gone = false;
    return route.fulfill({ contentType: "text/html", body: '<div id="root"></div><script type="module" src="/assets/index-new.js"></script>' });
  });
  await page.getByRole("link", { name: "Find a booking" }).click();
  await page.getByRole("heading", { level: 1, name: "Find a booking" }).waitFor();
  expect(await page.evaluate(() => "marked" in window)).toBe(false);
});

test.each([
  ["no answer", "No answer came", (page: Page) => page.route("**/trpc/bookings.get*", (route) => route.abort())],
  [
    "a proxy's page",
    "We can't answer right now",
    (page: Page) => page.route("**/trpc/bookings.get*", (route) => route.fulfill({ status: 503, contentType: "text/html", body: "<html>no</html>" })),
  ],
] as const)("%s is told as what it is within seconds, with a title and a way on, and not as the guest's connection", async (kind, title, prepare) => {
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", confirm: true });
  const page = await site.open(`/trips/${bookingId}?token=${token}`, { refusals: [503], offline: true, prepare });
  // Before: a loading screen that says what it is.
  await expect.poll(() => page.title()).toMatch(/Nightledger$/);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await expectGoodError(page, `${kind} 1280`);
  await page.unroute("**/trpc/bookings.get*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: stay.property.name }).waitFor();
});

test("a screen that takes long says so, and offers to be loaded again", async () => {
  const { property } = await findStay(site.api(), { slug: "alfama-azulejo-house" });
  const page = await site.open(`/hotels/${property.slug}`, { offline: true, prepare: (page) => page.route("**/trpc/hotels.bySlug*", () => {}) });
  await page.getByRole("status").getByText("Loading…").waitFor({ state: "attached" });
  expect(await page.title()).toBe("Loading… · Nightledger");
  await page.getByText("This takes longer than usual").waitFor();
  await page.getByRole("button", { name: "Load again" }).waitFor();
  await picture(page, "loading long 1280");
});
