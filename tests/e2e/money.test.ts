import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bookStay, findStay, newAddress, PATIENCE, picture, useDemoSite } from "../helpers/browser.ts";
import { payByStripe } from "../helpers/gateway.ts";

const LISBON = "doca-de-santos-riverside";
const site = useDemoSite();

/** Two rooms, paid online; the last moment at which they cost nothing to cancel is `freeUntil`. */
async function twoPaidRooms() {
  const api = site.api();
  const { asked, property } = await findStay(api, { slug: LISBON, method: "stripe", inDays: 70 });
  const two = { ...asked, rooms: [asked.rooms[0]!, { ...asked.rooms[0]!, adults: 1, childAges: [6] }] };
  const { hash } = await api.rooms.quote.query(two);
  const guest = { name: "Ayu Lestari", email: newAddress(), phone: "+351912345678" };
  const held = await api.bookings.hold.mutate({ ...two, quoteHash: hash, guest, notes: "A quiet room,\nplease.", idempotencyKey: crypto.randomUUID() });
  const started = await api.payments.start.mutate({ bookingId: held.bookingId, method: "stripe", idempotencyKey: crypto.randomUUID() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl);
  await expect.poll(() => api.payments.status.query(held), PATIENCE).toEqual({ booking: "confirmed", payment: "captured" });
  return { ...held, property, api };
}

/** The amount of the line with this term. */
async function line(page: Page, term: string): Promise<string> {
  return page
    .getByRole("term")
    .filter({ hasText: new RegExp(`^${term}$`) })
    .locator("..")
    .getByRole("definition")
    .innerText();
}

const cents = (text: string) => Math.round(Number(text.replaceAll(/[^\d.]/g, "")) * 100);

test("of two paid rooms one is cancelled, then the other: what goes back is said at once and to the end, and each total is the sum of its lines", async () => {
  const { bookingId, token, api } = await twoPaidRooms();
  const page = await site.open(`/trips/${bookingId}?token=${token}`);
  await page.getByText("1 adult, 1 child (6 years)").first().waitFor();
  await page.getByText("A quiet room,").waitFor();
  const paid = (await page.getByText(/^Paid: €/).innerText()).replace("Paid: ", "");
  expect(await line(page, "Paid online")).toBe(paid);
  expect(await page.getByRole("term").filter({ hasText: "Due online" }).count()).toBe(0);

  await page.getByRole("button", { name: /^Cancel this room: 2/ }).click();
  const dialog = page.getByRole("alertdialog", { name: /^Cancel this room/ });
  const back = (await dialog.getByText(/^You get back: /).innerText()).replace("You get back: ", "");
  await dialog.getByRole("button", { name: /^Cancel for/ }).click();
  await dialog.waitFor({ state: "detached" });
  const status = page.getByRole("status");
  await status
    .getByText(`${back} goes back the way it was paid`)
    .or(status.getByText(`${back} was sent back the way it was paid`))
    .waitFor();
  // The page goes on by itself while the money moves.
  await status.getByText(`${back} was sent back the way it was paid`).waitFor();
  await picture(page, "one of two paid rooms cancelled 1280");
  const one = await api.bookings.get.query({ bookingId, token });
  expect(cents(await line(page, "Total"))).toBe(one.total);
  expect(one.stays.reduce((sum, stay) => sum + (stay.state === "cancelled" ? stay.fee : stay.total), 0)).toBe(one.total);

  await page.getByRole("button", { name: "Cancel booking" }).click();
  await page
    .getByRole("alertdialog")
    .getByRole("button", { name: /^Cancel for/ })
    .click();
  await page.getByText("This booking is cancelled").waitFor();
  await expect.poll(() => status.getByText("was sent back the way it was paid").count(), PATIENCE).toBe(2);
  const rooms = await page
    .getByRole("term")
    .filter({ hasText: /^Room total$/ })
    .locator("..")
    .getByRole("definition")
    .allInnerTexts();
  expect(rooms).toHaveLength(2);
  expect(rooms.reduce((sum, text) => sum + cents(text), 0)).toBe(cents(await line(page, "Price as booked")));
  await picture(page, "both paid rooms cancelled 1280");
});

test("the confirmed page of a booking that is cancelled since says what became of the money", async () => {
  const { bookingId, token, api } = await twoPaidRooms();
  const quote = await api.bookings.cancelQuote.query({ bookingId, token });
  const page = await site.open(`/trips/${bookingId}/confirmed?token=${token}`);
  await page.getByRole("heading", { level: 1, name: "Your 2 rooms are booked" }).waitFor();
  await api.bookings.cancel.mutate({ bookingId, token, expectedFee: quote.fee, idempotencyKey: crypto.randomUUID() });
  await page.reload();
  await page.getByText("This booking is cancelled").waitFor();
  await page.getByText(/back the way it was paid/).waitFor();
});

test("a confirmation that bounced is told on the page, with ways to keep the booking", async () => {
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", confirm: true, email: `bounced+${crypto.randomUUID().slice(0, 8)}@resend.dev` });
  const page = await site.open(`/trips/${bookingId}/confirmed?token=${token}`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.url });
  const notice = page.getByRole("alert").filter({ hasText: "did not arrive" });
  await notice.getByText(/Keep its link, or your booking code and e-mail/).waitFor();
  expect(await page.getByText(/is on its way to/).count()).toBe(0);
  await notice.getByRole("button", { name: "Copy the link to this booking" }).click();
  await notice.getByText("Copied").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await picture(page, "bounced 1280");
  const elsewhere = await site.open(link.replace(site.url, ""));
  await elsewhere.getByRole("heading", { level: 1, name: stay.property.name }).waitFor();
  await elsewhere.getByRole("alert").filter({ hasText: "did not arrive" }).waitFor();
});

test("money that the guest's bank asks back is said on the trip, and so is what the bank has returned", async () => {
  const { bookingId, token } = await bookStay(site.api(), { slug: LISBON, method: "stripe", inDays: 90 });
  const started = await site.api().payments.start.mutate({ bookingId, token, method: "stripe", idempotencyKey: crypto.randomUUID() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl, "4000000000000259");
  await expect.poll(async () => (await site.api().bookings.get.query({ bookingId, token })).disputed, PATIENCE).toBeGreaterThan(0);
  const page = await site.open(`/trips/${bookingId}?token=${token}`);
  const status = page.getByRole("status");
  const paid = (await status.getByText(/^Paid: €/).innerText()).replace("Paid: ", "");
  await status.getByText(`Your bank has asked us to return ${paid}.`).waitFor();
  await picture(page, "disputed 1280");
  // As once the bank has decided for its customer.
  await page.route("**/trpc/bookings.get*", async (route) => {
    const response = await route.fetch();
    const answers = (await response.json()) as { result: { data: Record<string, unknown> } }[];
    for (const { result } of answers) if ("disputed" in result.data) Object.assign(result.data, { lost: result.data["disputed"], disputed: 0 });
    await route.fulfill({ response, json: answers });
  });
  await page.reload();
  await status.getByText(`${paid} was returned to you by your bank.`).waitFor();
  expect(await status.getByText("has asked us to return").count()).toBe(0);
});
