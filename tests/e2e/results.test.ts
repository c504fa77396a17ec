import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { addDays } from "../../server/platform/dates.ts";
import { expectFocus, hasFocus, PATIENCE, picture, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();

async function placeOf(text: string): Promise<{ id: number; name: string }> {
  const [place] = await site.api().search.destinations.query({ text });
  return place!;
}

const FAR = 60;
const day = (offset: number) => addDays(new Date().toISOString().slice(0, 10), FAR + offset);

async function openResults(text: string, more: Record<string, string> = {}): Promise<Page> {
  const place = await placeOf(text);
  const query = new URLSearchParams({ place: String(place.id), name: place.name, in: day(0), out: day(2), rooms: "2", ...more });
  return site.open(`/search?${query}`);
}

const results = (page: Page) => page.locator("#results");

async function inIndonesian(page: Page): Promise<void> {
  await page.addInitScript(() => localStorage.setItem("PARAGLIDE_LOCALE", "id"));
}

test("on a phone, applying filters closes the panel, goes to the count, and each filter can be taken away again", async () => {
  const page = await openResults("lisbon");
  await page.setViewportSize({ width: 390, height: 800 });
  const panel = page.locator("aside summary");
  const aside = page.locator("aside details");
  await page.getByRole("article").first().waitFor();
  const all = await results(page).innerText();
  await panel.click();
  await aside.getByLabel("Free cancellation").check();
  await aside.getByLabel("Up to").fill("2,000");
  await picture(page, "results filters 390");
  await aside.getByRole("button", { name: "Apply filters" }).click();

  await expectFocus(results(page));
  expect(await aside.getByRole("button", { name: "Apply filters" }).isVisible()).toBe(false);
  await expect.poll(() => panel.innerText(), PATIENCE).toBe("Filters (2)");
  expect(new URL(page.url()).searchParams.get("free")).toBe("1");
  await page.getByRole("article").first().waitFor();
  for (const card of await page.getByRole("article").all()) expect(await card.innerText()).toMatch(/Free cancellation (until|at any time)/);
  await picture(page, "results filtered 390");

  const chips = page.getByRole("list", { name: "Filters in force" });
  expect(await chips.getByRole("button").allInnerTexts()).toEqual([expect.stringContaining("Free cancellation"), expect.stringContaining("Up to €2,000.00"), "Clear all filters"]);
  await chips.getByRole("button", { name: "Remove filter: Up to €2,000.00" }).click();
  await expectFocus(results(page));
  await page.getByRole("button", { name: "Remove filter: Free cancellation" }).click();
  await chips.waitFor({ state: "detached" });
  await expect.poll(() => results(page).innerText(), PATIENCE).toBe(all);
});

test("an amount is read as the page writes it; one that is none, and From above Up to, are refused at the field", async () => {
  const page = await openResults("ubud");
  const aside = page.locator("aside > div");
  await page.getByRole("article").first().waitFor();
  const apply = async (from: string, upTo: string) => {
    await aside.getByLabel("From").fill(from);
    await aside.getByLabel("Up to").fill(upTo);
    await aside.getByRole("button", { name: "Apply filters" }).click();
  };
  await apply("1.500", "");
  await aside.getByText("Write an amount like").waitFor();
  await expectFocus(aside.getByLabel("From"));
  await apply("-5", "");
  expect(await aside.getByLabel("From").getAttribute("aria-invalid")).toBe("true");
  await apply("5,000,000", "IDR 400,000");
  await aside.getByText("This is less than “From”.").waitFor();
  expect(new URL(page.url()).searchParams.has("min")).toBe(false);
  await apply("400,000", "IDR 5,000,000");
  await page.getByRole("button", { name: /^Remove filter: From IDR\s400,000$/ }).waitFor();
  expect(new URL(page.url()).searchParams.get("min")).toBe("40000000");
  expect(await aside.getByLabel("Up to").inputValue()).toBe("5,000,000");
});

test("in Indonesian amounts have their own points, and filters and results fit a phone of 320", async () => {
  const place = await placeOf("ubud");
  const query = new URLSearchParams({ place: String(place.id), name: place.name, in: day(0), out: day(2), rooms: "2" });
  const page = await site.open(`/search?${query}`, { prepare: inIndonesian });
  await page.setViewportSize({ width: 320, height: 800 });
  await page.getByRole("heading", { level: 1, name: "Tempat menginap di Ubud" }).waitFor();
  await page.getByRole("article").first().waitFor();
  await picture(page, "results id 320");
  const aside = page.locator("aside details");
  await aside.locator("summary").click();
  await aside.getByLabel("Sampai").fill("6.000.000");
  await aside.getByLabel("Pembatalan gratis").check();
  await picture(page, "results filters id 320");
  await aside.getByRole("button", { name: "Terapkan saringan" }).click();
  await page.getByRole("button", { name: /^Hapus saringan: Sampai Rp/ }).waitFor();
  expect(new URL(page.url()).searchParams.get("max")).toBe("600000000");
  await page.getByRole("article").first().waitFor();
  expect(await page.getByRole("article").first().innerText()).toMatch(/Pembatalan gratis sampai .+ \d\d\.\d\d [A-Z(]/);
  await picture(page, "results filtered id 320");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.setViewportSize({ width: 1440, height: 900 });
  await picture(page, "results id 1440");
});

test("the heading names the place as the server does, whatever the link says, and the first picture isn't waited for", async () => {
  const page = await openResults("lisbon", { name: "Free money at evil.example" });
  await page.getByRole("heading", { level: 1, name: "Places to stay in Lisbon" }).waitFor();
  expect(await page.locator("body").innerText()).not.toContain("evil.example");
  const pictures = page.getByRole("article").locator("img");
  expect(await pictures.first().getAttribute("fetchpriority")).toBe("high");
  expect(await pictures.first().getAttribute("loading")).toBeNull();
  expect(await pictures.nth(1).getAttribute("loading")).toBe("lazy");
});

test("the first result is a few keys away", async () => {
  const page = await openResults("lisbon");
  await page.getByRole("article").first().waitFor();
  const first = page.getByRole("article").getByRole("link").first();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  let keys = 2;
  await page.keyboard.press("Tab");
  await expectFocus(page.getByRole("link", { name: "Skip to the results" }));
  await page.keyboard.press("Enter");
  keys += 2;
  await expectFocus(results(page));
  while (!(await hasFocus(first))) {
    await page.keyboard.press("Tab");
    expect((keys += 1), "keys to the first result").toBeLessThanOrEqual(6);
  }
});

test("where a place is sold out, only dates on which it has rooms are named, and one press shows them", async () => {
  const place = await placeOf("nairobi");
  await site.database.db.execute(sql`update inventory_nights set blocked = physical + allowance - sold - held
    where stay_date = any(${`{${day(0)},${day(1)},${day(2)}}`}::date[]) and room_type_id in
      (select r.id from room_types r join properties p on p.id = r.property_id where p.destination_id = ${place.id})`);
  const page = await openResults("nairobi");
  await page.getByText("No rooms for these nights").waitFor();
  const dates = page.getByRole("status").filter({ hasText: "On other dates:" }).getByRole("link");
  await dates.first().waitFor();
  await picture(page, "results sold out 1280");
  await page.setViewportSize({ width: 360, height: 780 });
  await picture(page, "results sold out 360");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  for (const text of await dates.allInnerTexts()) expect(text).toMatch(/\d+ places?, (from )?KES/);
  const count = /(\d+) place/.exec(await dates.first().innerText())![1]!;
  await dates.first().click();
  await page.getByRole("article").first().waitFor();
  expect(await results(page).innerText()).toMatch(new RegExp(`^${count} place`));
});

test("who types Sidney and moves on gets the Sydney that has rooms", async () => {
  const page = await site.open("/");
  const where = page.getByRole("combobox", { name: "Where" });
  await where.fill("Sidney");
  await page.getByRole("option").first().waitFor();
  await picture(page, "suggestions sidney");
  await page.keyboard.press("Tab");
  await expect.poll(() => where.inputValue(), PATIENCE).toBe("Sydney");
  await where.fill("Tokio");
  await page.getByRole("option", { name: /^Tokyo/ }).waitFor();
  const rows = await page.getByRole("option").allInnerTexts();
  expect(rows[0]).toMatch(/^Tokyo/);
  expect(rows.filter((row) => row.includes("Nothing to book here yet")).length).toBeLessThanOrEqual(2);
});
