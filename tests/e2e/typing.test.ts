import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { DEMO_GUEST, DEMO_HOTELIER } from "../../db/seed/accounts.ts";
import { addDays } from "../../server/platform/dates.ts";
import { bookStay, expectFocus, findStay, newAddress, PATIENCE, useDemoSite } from "../helpers/browser.ts";

// People type faster than servers answer, and a date passes through years that nobody meant.

const site = useDemoSite();
const YEAR = new Date().getUTCFullYear() + 1;

test.each(["Tab", "Enter"])("a place typed over another and left by %s at once is the second, whenever its suggestions come", async (key) => {
  const page = await site.open("/");
  const release = await holdBack(page, "**/trpc/search.destinations*", (url) => url.includes("tokyo"));
  const where = page.getByRole("combobox", { name: "Where" });
  await where.pressSequentially("lisb");
  await page.getByRole("option", { name: /^Lisbon/ }).waitFor();
  await where.press("ControlOrMeta+a");
  await where.pressSequentially("tokyo");
  await where.press(key);
  expect(await where.inputValue()).toBe("tokyo");
  await release();
  await expect.poll(() => where.inputValue(), PATIENCE).toBe("Tokyo");
  expect(await where.getAttribute("aria-expanded")).toBe("false");
});

test("what is typed on meanwhile isn't overwritten by an earlier answer", async () => {
  const page = await site.open("/");
  const release = await holdBack(page, "**/trpc/search.destinations*", (url) => url.includes("tokyo"));
  const where = page.getByRole("combobox", { name: "Where" });
  await where.pressSequentially("tokyo");
  await where.press("Tab");
  await where.focus();
  await where.fill("lisb");
  await release();
  await page.getByRole("option", { name: /^Lisbon/ }).waitFor();
  expect(await where.inputValue()).toBe("lisb");
});

test("a year typed into the arrival keeps the stay's nights", async () => {
  const checkIn = `${YEAR - 1}-12-10`;
  const page = await site.open(`/?in=${checkIn}&out=${addDays(checkIn, 2)}`);
  await typeYear(page.getByLabel("Check-in"), YEAR);
  expect(await page.getByLabel("Check-in").inputValue()).toBe(`${YEAR}-12-10`);
  expect(await page.getByLabel("Check-out").inputValue()).toBe(`${YEAR}-12-12`);
});

test("the nights stay the same in the change of a booking too", async () => {
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", confirm: true });
  const page = await site.open(`/trips/${bookingId}?token=${token}`, { refusals: [409, 422] });
  await page.getByRole("button", { name: "Change booking" }).click();
  const dialog = page.getByRole("dialog");
  const year = Number(stay.checkOut.slice(0, 4)) + 1;
  await typeYear(dialog.getByLabel("Check-in"), year);
  const moved = await dialog.getByLabel("Check-in").inputValue();
  expect(moved).toBe(`${year}${stay.checkIn.slice(4)}`);
  expect(await dialog.getByLabel("Check-out").inputValue()).toBe(addDays(moved, 2));
});

test("a hotelier types a day: the field keeps the focus, and only years that can be are asked for", async () => {
  const { stay } = await bookStay(site.api(), { slug: "segara-sunrise", confirm: true });
  const page = await site.open(`/admin/${stay.property.id}/today`, { as: DEMO_HOTELIER.email });
  const day = page.getByLabel("Day", { exact: true });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(decodeURIComponent(request.url())));
  await expect.poll(() => day.inputValue(), PATIENCE).not.toBe("");
  await day.focus();
  // The month or the day first, as the browser likes it.
  await page.keyboard.type("1212");
  await page.keyboard.type(String(YEAR));
  expect(await day.inputValue()).toBe(`${YEAR}-12-12`);
  await expectFocus(day);
  await page.getByRole("heading", { level: 1, name: `12 Dec ${YEAR}` }).waitFor();
  await page.waitForURL(new RegExp(`date=${YEAR}-12-12`));
  expect(asked.filter((url) => /"0\d{3}-/.test(url))).toEqual([]);

  const after = page.getByRole("button", { name: "Day after" });
  await after.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: `13 Dec ${YEAR}` }).waitFor();
  await expectFocus(after);
  expect(await day.inputValue()).toBe(`${YEAR}-12-13`);
  const today = page.getByRole("button", { name: "Today" });
  await today.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/today$/);
  await expectFocus(today);

  await page.goto(`${site.url}/admin/${stay.property.id}/today?date=0002-01-27`);
  await page.getByRole("region", { name: /^Arrivals/ }).waitFor();
});

test("what a guest has typed stays when the session turns out to be over", async () => {
  const stay = await findStay(site.api(), { slug: "alfama-azulejo-house" });
  const page = await site.open(`/hotels/${stay.property.slug}?${stay.choice}&products=${stay.offer.productId}`, {
    as: DEMO_GUEST.email,
    prepare: (page) => page.clock.install(),
  });
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  const release = await holdBack(page, "**/auth/get-session", () => true, { status: 200, json: null });
  await page.clock.fastForward("02:00");
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByLabel("Full name").fill("Budi Santoso");
  await page.getByLabel("Wishes for the hotel (optional)").fill("A cot, please");
  expect(await page.getByLabel("E-mail").inputValue()).toBe(DEMO_GUEST.email);
  await release();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  expect(await page.getByLabel("Full name").inputValue()).toBe("Budi Santoso");
  expect(await page.getByLabel("Wishes for the hotel (optional)").inputValue()).toBe("A cot, please");
  // What was the account's alone goes with it.
  expect(await page.getByLabel("E-mail").inputValue()).toBe("");
});

test("a telephone number is typed as its owner writes it, and is one of the country chosen", async () => {
  const stay = await findStay(site.api(), { slug: "segara-sunrise" });
  const page = await site.open(`/hotels/${stay.property.slug}/book?${stay.choice}&products=${stay.offer.productId}`);
  const country = page.getByRole("combobox", { name: "Country of the phone number" });
  const phone = page.getByLabel("Mobile phone (optional)");
  const hold = page.getByRole("button", { name: "Hold my room and go to payment" });
  const sent: string[] = [];
  page.on("request", (request) => request.url().includes("bookings.hold") && sent.push(request.postData() ?? ""));
  await page.getByLabel("Full name").fill("Budi Santoso");
  await page.getByLabel("E-mail").fill(newAddress());
  // The browser's own.
  expect(await country.inputValue()).toBe("GB");
  await phone.pressSequentially("0812 3456 7890");
  await hold.click();
  await page.getByText("This country has no such number.").waitFor();
  await expectFocus(phone);
  expect(sent).toEqual([]);
  // By keyboard, as a list of that length is used.
  await country.focus();
  await page.keyboard.type("Indones");
  expect(await country.inputValue()).toBe("ID");
  await page.getByText("This country has no such number.").waitFor({ state: "detached" });
  await hold.click();
  await page.getByRole("heading", { level: 1, name: `Payment for ${stay.property.name}` }).waitFor();
  expect(sent).toEqual([expect.stringContaining('"phone":"+6281234567890"')]);
});

/** Keeps back the answers to such requests until it is called, then lets them come: as they are, or as given. */
async function holdBack(page: Page, pattern: string, concerns: (url: string) => boolean, answer?: { status: number; json: unknown }): Promise<() => Promise<void>> {
  const gate = Promise.withResolvers<void>();
  await page.route(pattern, async (route) => {
    if (concerns(route.request().url())) await gate.promise;
    // The driver writes no type for a `null`.
    await (answer ? route.fulfill({ status: answer.status, contentType: "application/json", body: JSON.stringify(answer.json) }) : route.continue());
  });
  return async () => {
    const came = page.waitForResponse((response) => concerns(response.url()));
    gate.resolve();
    await came;
  };
}

/** Into the last part of the date, digit by digit. */
async function typeYear(field: Locator, year: number): Promise<void> {
  await field.focus();
  const { keyboard } = field.page();
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowRight");
  await keyboard.type(String(year));
}
