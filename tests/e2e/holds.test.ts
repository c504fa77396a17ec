import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { addDays } from "../../server/platform/dates.ts";
import { expectFocus, findStay, newAddress, picture, type Stay, useDemoSite } from "../helpers/browser.ts";

const LISBON = "alfama-azulejo-house";
const PORTO = "doca-de-santos-riverside";
const site = useDemoSite();

const bookPath = ({ property, choice, offer }: Stay) => `/hotels/${property.slug}/book?${choice}&products=${offer.productId}`;

async function holdOn(page: Page): Promise<void> {
  await page.getByLabel("Full name").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(newAddress());
  await page.getByRole("button", { name: "Hold my room and go to payment" }).click();
}

/** A page whose guest, without an account, holds a room and has left its checkout. */
async function withHold(slug: string, inDays: number, refusals: number[] = []) {
  const stay = await findStay(site.api(), { slug, inDays });
  const page = await site.open(bookPath(stay), { refusals });
  await holdOn(page);
  await page.getByRole("timer", { name: "Time left" }).waitFor();
  expect(await page.getByRole("region", { name: "Rooms held for you" }).count()).toBe(0);
  await page.getByRole("link", { name: "Nightledger" }).click();
  const banner = page.getByRole("region", { name: "Rooms held for you" });
  await banner.getByText(`Held for you: ${stay.property.name}`).waitFor();
  return { page, stay, banner };
}

test("an open hold is on every page of a guest without an account, with its time left and the way back", async () => {
  const { page, stay, banner } = await withHold(LISBON, 40, [404]);
  await banner
    .getByRole("timer", { name: "Time left" })
    .getByText(/^14:\d\d$/)
    .waitFor();
  for (const path of ["/find", "/sign-in", `/hotels/${stay.property.slug}`, "/no-such-page"]) {
    await page.goto(site.url + path);
    await banner.getByText(`Held for you: ${stay.property.name}`).waitFor();
  }
  for (const [width, scheme] of [
    [1440, "light"],
    [768, "dark"],
    [390, "light"],
    [320, "dark"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await picture(page, `hold banner ${width} ${scheme}`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  // In the other language too.
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await page.getByRole("region", { name: "Kamar yang disimpan untuk Anda" }).getByText(`Disimpan untuk Anda: ${stay.property.name}`).waitFor();
  await picture(page, "id hold banner 320");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.getByRole("button", { name: "English" }).click();
  await banner.getByRole("link", { name: `Continue to payment: ${stay.property.name}` }).click();
  await page.getByRole("heading", { level: 1, name: `Payment for ${stay.property.name}` }).waitFor();
  await banner.waitFor({ state: "detached" });
});

test("a hold is given back from the banner by keyboard, and the room is free again", async () => {
  const { page, stay, banner } = await withHold(LISBON, 44);
  await banner.getByRole("button", { name: `Give back: ${stay.property.name}` }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog", { name: `Give back what is held at ${stay.property.name}?` });
  await dialog.waitFor();
  await picture(page, "give back 1280");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await expectFocus(banner.getByRole("button", { name: `Give back: ${stay.property.name}` }));
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Give back" }).click();
  await banner.waitFor({ state: "detached" });
  await page.getByRole("status").getByText(`Given back: ${stay.property.name}`).waitFor({ state: "attached" });
  await expectFocus(page.locator("main"));
  expect((await findStay(site.api(), { slug: LISBON, inDays: 44 })).left).toBe(stay.left);
});

test("who holds too much is told which holds there are, each one press away", async () => {
  const { page, stay } = await withHold(LISBON, 48, [429]);
  const domain = { code: "HOLD_LIMIT", facts: { limit: 1, of: "bookings" } };
  const data = { code: "TOO_MANY_REQUESTS", httpStatus: 429, path: "bookings.hold", domain };
  await page.route("**/trpc/bookings.hold*", (route) => route.fulfill({ status: 429, json: { error: { message: "HOLD_LIMIT", code: -32029, data } } }));
  await page.goto(site.url + bookPath(await findStay(site.api(), { slug: PORTO, method: "stripe", inDays: 48 })));
  await holdOn(page);
  const refusal = page.getByRole("alert");
  await refusal.getByText("Pay or give back one of them first").waitFor();
  await picture(page, "hold limit 1280");
  await refusal.getByRole("link", { name: new RegExp(`^${stay.property.name}, `) }).click();
  await page.getByRole("heading", { level: 1, name: `Payment for ${stay.property.name}` }).waitFor();
});

test("a hold whose time is over says only that, though nothing was paid and nobody has released it yet", async () => {
  const { page, stay } = await withHold(LISBON, 52);
  // As while its job is late: the time has passed, and the booking is still pending.
  await page.route("**/trpc/bookings.get*", async (route) => {
    const response = await route.fetch();
    const answers = (await response.json()) as { result: { data: Record<string, unknown> } }[];
    for (const { result } of answers) Object.assign(result.data, { paying: "over", canPay: false, holdExpiresAt: result.data["now"] });
    await route.fulfill({ response, json: answers });
  });
  await page.getByRole("link", { name: `Continue to payment: ${stay.property.name}` }).click();
  await page.getByRole("heading", { level: 2, name: "The time to pay is over" }).waitFor();
  expect(await page.getByText(/payment is on its way|How would you like to pay/).count()).toBe(0);
  await picture(page, "time is up 1280");
});

test("a change that waits to be paid is on every page with its time left and the way back, and gone once it is paid", async () => {
  const stay = await findStay(site.api(), { slug: LISBON, method: "stripe", inDays: 60 });
  const page = await site.open(bookPath(stay));
  await holdOn(page);
  await page.getByRole("radio", { name: /^Card/ }).check();
  await payByCard(page);
  await page.getByRole("heading", { level: 1, name: "Your room is booked" }).waitFor();
  await page.getByRole("link", { name: "See the trip" }).click();
  await page.getByRole("button", { name: "Change booking" }).click();
  const dialog = page.getByRole("dialog", { name: `Change your stay at ${stay.property.name}` });
  await dialog.getByLabel("Check-out").fill(addDays(stay.checkOut, 1));
  await dialog.getByRole("button", { name: /^Hold it and pay €/ }).click();
  await page.getByRole("heading", { name: "Pay to make your change" }).waitFor();
  const banner = page.getByRole("region", { name: "Rooms held for you" });
  expect(await banner.count()).toBe(0);

  await page.getByRole("link", { name: "Nightledger" }).click();
  await banner.getByText(`Change held for you: ${stay.property.name}`).waitFor();
  await banner
    .getByRole("timer", { name: "Time left" })
    .getByText(/^14:\d\d$/)
    .waitFor();
  expect(await banner.getByRole("button").count()).toBe(0);
  await picture(page, "change banner 1280");
  await banner.getByRole("link", { name: `Continue to payment: ${stay.property.name}` }).click();
  await page.getByRole("heading", { name: "Pay to make your change" }).waitFor();
  await banner.waitFor({ state: "detached" });
  await payByCard(page);
  await page.getByText("3 nights", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Nightledger" }).click();
  await page.getByRole("combobox", { name: "Where" }).waitFor();
  await banner.waitFor({ state: "detached" });
});

/** From the button that pays through the provider's page. */
async function payByCard(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Pay €/ }).click();
  await page.getByRole("heading", { level: 1, name: "Pay by card" }).waitFor();
  await page.getByRole("button", { name: /^(Pay|Book) / }).click();
}
