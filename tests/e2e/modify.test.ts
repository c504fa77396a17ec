import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { addDays } from "../../server/platform/dates.ts";
import { bookStay, expectFocus, findStay, newAddress, picture, PICTURES, useDemoSite } from "../helpers/browser.ts";
import { payByStripe } from "../helpers/gateway.ts";

const LISBON = "alfama-azulejo-house";
const site = useDemoSite();

function dialogOf(page: Page, property: string) {
  return page.getByRole("dialog", { name: `Change your stay at ${property}` });
}

test("a guest moves the stay and brings one person less: the new price is shown first, the mail follows", async () => {
  const email = newAddress();
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: LISBON, email, confirm: true });
  const page = await site.open(`/trips/${bookingId}?token=${token}`, { refusals: [409, 422] });
  await page.getByRole("button", { name: "Change booking" }).click();
  const dialog = dialogOf(page, stay.property.name);
  await dialog.getByText("Choose other dates or guests").waitFor();
  await dialog.getByLabel("Check-out").fill(addDays(stay.checkOut, 1));
  await dialog.getByText("more, paid at the property").waitFor();
  await picture(page, "change 1280");
  await page.setViewportSize({ width: 390, height: 900 });
  await picture(page, "change 390");
  await page.setViewportSize({ width: 1280, height: 900 });
  await dialog.getByRole("button", { name: "Keep it as it is" }).click();
  await dialog.waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "Change booking" }).click();
  await dialog.getByLabel("Check-out").fill(addDays(stay.checkOut, 1));
  await dialog.getByRole("button", { name: "One adult fewer" }).click();
  await dialog.getByText("Price after the change").waitFor();
  await dialog.getByRole("button", { name: "Make this change" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("3 nights", { exact: true }).waitFor();
  await page.getByText("· 1 adult").waitFor();
  await page.getByRole("status").getByText("Your booking is changed").waitFor({ state: "attached" });
  await expectFocus(page.getByRole("button", { name: "Change booking" }));
  const mail = await site.mailTo(email, /^Changed: /);
  expect(mail.attachments[0]!.filename).toMatch(/\.ics$/);
});

test("a night more of a stay that was paid online is held, paid, and only then part of the booking", async () => {
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: LISBON, method: "stripe", inDays: 60 });
  const started = await site.api().payments.start.mutate({ bookingId, token, method: "stripe", idempotencyKey: crypto.randomUUID() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl);
  const page = await site.open(`/trips/${bookingId}?token=${token}`);
  await expect.poll(async () => (await site.api().bookings.get.query({ bookingId, token })).state, { timeout: 15_000 }).toBe("confirmed");
  await page.reload();
  await page.getByRole("button", { name: "Change booking" }).click();
  const dialog = dialogOf(page, stay.property.name);
  await dialog.getByLabel("Check-out").fill(addDays(stay.checkOut, 1));
  const parts = await dialog.getByText(/^€[\d.]+ more: €[\d.]+ to be paid before the change holds, and €[\d.]+ more at the property$/).innerText();
  const [sum, online, atProperty] = parts.match(/[\d.]+\d/g)!.map((amount) => Math.round(Number(amount) * 100));
  expect(online! + atProperty!).toBe(sum);
  const totals = await dialog.getByRole("definition").allInnerTexts();
  const [before, after] = totals.map((text) => Math.round(Number(text.replaceAll(/[^\d.]/g, "")) * 100));
  expect(after! - before!).toBe(sum);
  // In sight without scrolling, at the size of a laptop and of a small phone.
  for (const [width, height] of [
    [1440, 900],
    [320, 640],
  ] as const) {
    await page.setViewportSize({ width, height });
    const button = await dialog.getByRole("button", { name: /^Hold it and pay €/ }).boundingBox();
    expect(button!.y + button!.height).toBeLessThanOrEqual(height);
    await page.screenshot({ path: `${PICTURES}/change-both-parts-${width}.png` });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await dialog.getByRole("button", { name: /^Hold it and pay €/ }).click();
  await page.getByRole("heading", { name: "Pay to make your change" }).waitFor();
  await page.getByRole("timer", { name: "Time left" }).waitFor();
  await page.getByText("2 nights", { exact: true }).waitFor();
  await picture(page, "change waits 1280");
  await page.getByRole("button", { name: /^Pay €/ }).click();
  await page.getByRole("heading", { level: 1, name: "Pay by card" }).waitFor();
  await page.getByRole("button", { name: /^(Pay|Book) / }).click();
  await page.waitForURL(/\/trips\//);
  await page.getByText("3 nights", { exact: true }).waitFor();
  expect(await page.getByRole("heading", { name: "Pay to make your change" }).count()).toBe(0);
});

test("one of two rooms is cancelled, and the other stands", async () => {
  const api = site.api();
  const { asked, property } = await findStay(api, { slug: LISBON, inDays: 80 });
  const two = { ...asked, rooms: [asked.rooms[0]!, asked.rooms[0]!] };
  const { hash } = await api.rooms.quote.query(two);
  const { bookingId, token } = await api.bookings.hold.mutate({
    ...two,
    quoteHash: hash,
    guest: { name: "Ayu Lestari", email: newAddress() },
    idempotencyKey: crypto.randomUUID(),
  });
  await api.payments.start.mutate({ bookingId, token, method: "property", idempotencyKey: crypto.randomUUID() });
  const page = await site.open(`/trips/${bookingId}?token=${token}`);
  await page.getByRole("heading", { level: 1, name: property.name }).waitFor();
  await picture(page, "two rooms 1280");
  await page.getByRole("button", { name: /^Cancel this room: 2/ }).click();
  const dialog = page.getByRole("alertdialog", { name: /^Cancel this room/ });
  await dialog.getByText("Cancellation fee: none").waitFor();
  await dialog.getByRole("button", { name: "Cancel for free" }).click();
  await dialog.waitFor({ state: "hidden" });
  const rooms = page.getByRole("heading", { name: "Your rooms" }).locator("..");
  await rooms.getByText("Cancelled", { exact: true }).waitFor();
  await dialog.waitFor({ state: "detached" });
  await expectFocus(rooms.getByRole("list"));
  await picture(page, "one room cancelled 1280");
  await page.getByRole("button", { name: "Change booking" }).waitFor();
  expect(await page.getByRole("button", { name: /^Cancel this room/ }).count()).toBe(0);
});
