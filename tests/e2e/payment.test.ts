import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bookStay, findStay, newAddress, type Stay, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();
const LISBON = "doca-de-santos-riverside";

test("a declined card can be tried again on the same page, the payment confirms the booking, and a cancelled one says what goes back", async () => {
  const { bookingId, token, code, email } = await bookStay(site.api(), { slug: LISBON, method: "stripe" });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`);
  await payByCard(page);
  await page.getByLabel("Card number").fill("4000 0000 0000 0002");
  await page.getByRole("button", { name: /^(Pay|Book) / }).click();
  await page.getByRole("alert").getByText("Your card was declined.").waitFor();
  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByRole("button", { name: /^(Pay|Book) / }).click();

  await page.getByRole("heading", { level: 1, name: "Your room is booked" }).waitFor();
  await page.getByText(code, { exact: true }).waitFor();
  await site.mailTo(email, /^Confirmed/);
  await page.getByRole("link", { name: "See the trip" }).click();
  const paid = await page.getByText(/^Paid: €/).innerText();

  // Whether it was charged already is a matter of moments; the page tells of either without being loaded again.
  await page.getByRole("button", { name: "Cancel booking" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel for free" }).click();
  const amount = paid.replace("Paid: ", "");
  await page
    .getByText(`${amount} goes back the way it was paid`)
    .or(page.getByText(`${amount} was sent back the way it was paid`))
    .or(page.getByText(`${amount} was reserved, not charged`))
    .waitFor();
});

test("who leaves the provider's page finds the room still held, and can pay", async () => {
  const { bookingId, token } = await bookStay(site.api(), { slug: LISBON, method: "stripe" });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`);
  await payByCard(page);
  await page.getByRole("link", { name: "Back" }).click();
  await page
    .getByRole("timer", { name: "Time left" })
    .getByText(/^14:\d\d$/)
    .waitFor();
  await payByCard(page);
  await page.getByRole("button", { name: /^(Pay|Book) / }).click();
  await page.getByRole("heading", { level: 1, name: "Your room is booked" }).waitFor();
});

test("rupiah are paid on the Midtrans page", async () => {
  const { bookingId, token, code, stay } = await bookStay(site.api(), { slug: "taman-prawirotaman", method: "midtrans" });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`);
  await page.getByRole("heading", { level: 1, name: `Payment for ${stay.property.name}` }).waitFor();
  await page.getByRole("radio", { name: /^Midtrans/ }).check();
  await page.getByRole("button", { name: /^Pay IDR/ }).click();
  await page
    .getByText(/^Rp [\d.]+$/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Pay by card" }).click();
  await page.getByRole("button", { name: "Complete authentication" }).click();
  await page.getByRole("heading", { level: 1, name: "Your room is booked" }).waitFor();
  await page.getByText(code, { exact: true }).waitFor();
});

test("a price that changed before the hold is shown, and booked only when the guest agrees to it", async () => {
  const stay = await findStay(site.api(), { slug: "alfama-azulejo-house" });
  const page = await site.open(bookPath(stay), { refusals: [409] });
  const old = await totalOf(page);
  await site.database.db.execute(
    sql`update rate_nights set adult_prices = array(select price + 1000 from unnest(adult_prices) with ordinality as a(price, n) order by n)
      where product_id = ${stay.offer.productId} and stay_date >= ${stay.checkIn}::date and stay_date < ${stay.checkOut}::date`,
  );
  await fillIn(page);
  await page.getByRole("button", { name: "Hold my room and go to payment" }).click();
  const notice = page.getByRole("alert");
  await notice.getByText(`It was ${old} when you looked. Nothing is booked until you accept the new price.`).waitFor();
  const now = await totalOf(page);
  expect(now).not.toBe(old);
  await notice.getByText(`The price is now ${now}`).waitFor();
  await page.getByRole("button", { name: `Accept ${now} and hold` }).click();
  await page.getByRole("timer", { name: "Time left" }).waitFor();
  expect(await totalOf(page)).toBe(now);
});

test("a room that is sold meanwhile is said to be gone, with a way on", async () => {
  const stay = await findStay(site.api(), { slug: "alfama-azulejo-house", inDays: 60 });
  const page = await site.open(bookPath(stay), { refusals: [409] });
  await totalOf(page);
  const all = { ...stay.asked, rooms: Array<(typeof stay.asked.rooms)[number]>(stay.left).fill(stay.asked.rooms[0]!) };
  const { hash } = await site.api().rooms.quote.query(all);
  await site.api().bookings.hold.mutate({ ...all, quoteHash: hash, guest: { name: "Somebody Faster", email: newAddress() }, idempotencyKey: crypto.randomUUID() });
  await fillIn(page);
  await page.getByRole("button", { name: "Hold my room and go to payment" }).click();
  await page.getByRole("alert").getByText("Somebody was faster: the last room is gone").waitFor();
  await page.getByRole("link", { name: "Choose other dates or rooms" }).click();
  const room = page.getByRole("article").filter({ has: page.getByRole("heading", { name: stay.roomName }) });
  await room.getByText("Sold out", { exact: true }).waitFor();
});

test("when the hold is over the page says so, and the room can be booked again", async () => {
  const { bookingId, token, stay, email } = await bookStay(site.api(), { slug: LISBON, method: "stripe" });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`);
  await page.clock.install();
  await page.reload();
  await page.getByRole("timer", { name: "Time left" }).waitFor();
  await site.advance(16 * 60_000);
  await page.clock.fastForward("16:00");
  await page.getByRole("heading", { level: 1, name: "The hold is over" }).waitFor();
  await page.getByRole("alert").getByText("nothing was charged").waitFor();
  await site.mailTo(email, /^Your rooms at .* were released$/);
  await page.getByRole("link", { name: "Book again" }).click();
  await page.getByRole("button", { name: `Choose ${stay.roomName}, ${stay.offer.rateName}` }).waitFor();
});

test.each([20, -20])("a device whose clock is %i minutes off shows the time that is really left", async (minutes) => {
  const { bookingId, token } = await bookStay(site.api(), { slug: LISBON, method: "stripe" });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`, { prepare: (page) => page.clock.install({ time: Date.now() + minutes * 60_000 }) });
  const left = page.getByRole("timer", { name: "Time left" });
  await left.getByText(/^14:[345]\d$/).waitFor();
  await page.reload();
  await left.getByText(/^14:[345]\d$/).waitFor();
  // Set right while the page is open, which is no time that passed.
  await page.clock.setSystemTime(Date.now());
  await left.getByText(/^14:[2345]\d$/).waitFor();
  await page.getByText("Held for you").waitFor();
});

/** From the checkout to the provider's page. */
async function payByCard(page: Page): Promise<void> {
  await page.getByRole("radio", { name: /^Card/ }).check();
  await page.getByRole("button", { name: /^Pay €/ }).click();
  await page.getByRole("heading", { level: 1, name: "Pay by card" }).waitFor();
}

function bookPath({ property, choice, offer }: Stay): string {
  return `/hotels/${property.slug}/book?${choice}&products=${offer.productId}`;
}

async function fillIn(page: Page): Promise<void> {
  await page.getByLabel("Full name").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(newAddress());
}

/** The whole price on the page, as it is written. */
async function totalOf(page: Page): Promise<string> {
  const line = page
    .getByRole("term")
    .filter({ hasText: /^Total$/ })
    .locator("..");
  return /€[\d.,]+/.exec(await line.innerText())![0];
}
