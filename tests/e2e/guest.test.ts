import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bookStay, expectFocus, findStay, linkIn, newAddress, PATIENCE, picture, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();

test("a guest finds a misspelt city, books, pays at the property, reads the mail and cancels", async () => {
  const email = newAddress();
  const { property, checkIn, checkOut, roomName, offer } = await findStay(site.api(), { slug: "alfama-azulejo-house" });
  const page = await site.open("/");

  await page.getByRole("combobox", { name: "Where" }).fill("Lizbon");
  await page.getByRole("option", { name: /^Lisbon Portugal/ }).click();
  await page.getByLabel("Check-in").fill(checkIn);
  await page.getByLabel("Check-out").fill(checkOut);
  await page.getByRole("button", { name: "Search" }).click();

  await page.getByRole("heading", { level: 1, name: "Places to stay in Lisbon" }).waitFor();
  await page.getByRole("link", { name: property.name }).click();
  await page.getByRole("heading", { level: 1, name: property.name }).waitFor();
  await page.getByRole("button", { name: `Choose ${roomName}, ${offer.rateName}` }).click();
  const total = await totalIn(page);
  await page.getByRole("link", { name: "Continue" }).click();

  await page.getByRole("heading", { level: 1, name: `Your stay at ${property.name}` }).waitFor();
  const hold = page.getByRole("button", { name: "Hold my room and go to payment" });
  await page.getByLabel("Mobile phone (optional)").fill("12");
  await hold.click();
  expect(await describedBy(page, "Full name")).toContain("Tell us the name the room is for.");
  expect(await describedBy(page, "E-mail")).toContain("Enter an e-mail address");
  expect(await describedBy(page, "Mobile phone (optional)")).toContain("start with + and the country code");
  await page.getByLabel("Full name").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Mobile phone (optional)").fill("+351 912-345 678");
  await hold.click();

  await page.getByRole("heading", { level: 1, name: `Payment for ${property.name}` }).waitFor();
  const countdown = page.getByRole("timer", { name: "Time left" });
  await expect.poll(() => countdown.innerText(), PATIENCE).toMatch(/^14:\d\d$/);
  const left = await countdown.innerText();
  await page.reload();
  expect(seconds(await countdown.innerText())).toBeLessThanOrEqual(seconds(left));
  expect(await page.getByRole("definition").allInnerTexts()).toContain(total);
  await page.getByRole("radio", { name: /^At the property/ }).check();
  await page.getByRole("button", { name: "Confirm booking" }).click();

  await page.getByRole("heading", { level: 1, name: "Your room is booked" }).waitFor();
  const mail = await site.mailTo(email, /^Confirmed/);
  const code = /\b[A-Z0-9]{10}\b/.exec(mail.text)![0];
  await page.getByText(code, { exact: true }).waitFor();
  expect(await calendarOf(page)).toMatchObject({ SUMMARY: property.name, STATUS: "CONFIRMED" });

  // The mail's link is enough: this browser has never been here.
  const elsewhere = await site.open(new URL(linkIn(mail, "/trips/")).href.replace(site.url, ""));
  await elsewhere.getByRole("heading", { level: 1, name: property.name }).waitFor();
  await elsewhere.getByText(code, { exact: true }).waitFor();

  await page.getByRole("link", { name: "See the trip" }).click();
  await page.getByRole("button", { name: "Cancel booking" }).click();
  const dialog = page.getByRole("alertdialog", { name: `Cancel your stay at ${property.name}?` });
  await dialog.getByText("Cancellation fee: none").waitFor();
  await dialog.getByRole("button", { name: "Cancel for free" }).click();
  await page.getByText("This booking is cancelled").waitFor();
  await page.getByText("Cancelling was free.").waitFor();
  await dialog.waitFor({ state: "detached" });
  // Its button is gone: the keyboard goes on from what became of it, which is also said.
  await expectFocus(page.getByRole("status").filter({ hasText: "This booking is cancelled" }));
  await picture(page, "cancelled 1280");
  await page.setViewportSize({ width: 390, height: 900 });
  await picture(page, "cancelled 390");
  await site.mailTo(email, /^Cancelled/);
  await elsewhere.reload();
  await elsewhere.getByText("This booking is cancelled").waitFor();
});

test("a place is found without its accents, and one that doesn't exist says so", async () => {
  const page = await site.open("/");
  await page.getByRole("combobox", { name: "Where" }).fill("sao paulo");
  await page
    .getByRole("option", { name: /^São Paulo/ })
    .first()
    .waitFor();
  await page.getByRole("combobox", { name: "Where" }).fill("xqzzvk");
  await page.getByText("No place called “xqzzvk”.").waitFor();
  await page.getByRole("button", { name: "Search" }).click();
  expect(await describedBy(page, "Where")).toBe("Choose a place from the list.");
});

test("code and e-mail find a booking, and a wrong one isn't told which of them is wrong", async () => {
  const { code, email, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", confirm: true });
  const page = await site.open("/find", { refusals: [404] });
  const find = async (typedCode: string, typedEmail: string): Promise<void> => {
    await page.getByLabel("Booking code").fill(typedCode);
    await page.getByLabel("E-mail").fill(typedEmail);
    await page.getByRole("button", { name: "Find booking" }).click();
  };
  const refusal = page.getByRole("alert");
  await find(code, "somebody-else@guest.test");
  const wrongEmail = await refusal.innerText();
  await page.reload();
  await find("AAAAAAAAAA", email);
  expect(await refusal.innerText()).toBe(wrongEmail);
  expect(wrongEmail).toContain("No booking with this code and e-mail");

  await find(` ${code.toLowerCase()} `, email.toUpperCase());
  await page.getByRole("heading", { level: 1, name: stay.property.name }).waitFor();
  await page.getByText(code, { exact: true }).waitFor();
});

test("late cancelling shows its fee first, and what was shown is what it costs", async () => {
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", confirm: true });
  await site.advance(Date.parse(`${stay.checkIn}T00:00Z`) - Date.now());
  const page = await site.open(`/trips/${bookingId}?token=${token}`);
  await page.getByRole("button", { name: "Cancel booking" }).click();
  const dialog = page.getByRole("alertdialog", { name: `Cancel your stay at ${stay.property.name}?` });
  await dialog.getByRole("button", { name: "Keep the booking" }).click();
  await dialog.waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "Cancel booking" }).click();
  const confirm = dialog.getByRole("button", { name: /^Cancel for €/ });
  const fee = (await confirm.innerText()).replace("Cancel for ", "");
  await dialog.getByText(`Cancellation fee: ${fee}`).waitFor();
  await confirm.click();
  await page.getByText(`The cancellation fee was ${fee}.`).waitFor();
});

/** The total of the choice, as it is written. */
async function totalIn(page: Page): Promise<string> {
  const summary = page.getByRole("region", { name: "Your choice" });
  await summary.getByRole("link", { name: "Continue" }).waitFor();
  return /[€$£]\s?[\d.,]+/.exec(await summary.innerText())![0];
}

/** "14:59" as seconds. */
function seconds(countdown: string): number {
  const [minutes = NaN, rest = NaN] = countdown.split(":").map(Number);
  return minutes * 60 + rest;
}

/** What a screen reader says of the field: its hint and its error. */
async function describedBy(page: Page, label: string): Promise<string> {
  const field = page.getByLabel(label);
  await expect.poll(() => field.getAttribute("aria-invalid"), PATIENCE).toBe("true");
  return field.evaluate((element) =>
    (element.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => element.ownerDocument.getElementById(id)?.textContent)
      .join(" "),
  );
}

/** The properties of the one event in the calendar file that the page hands out. */
async function calendarOf(page: Page): Promise<Record<string, string>> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Add to calendar" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^[A-Z0-9]{10}\.ics$/);
  const text = (await readFile(await download.path(), "utf8")).replaceAll(/\r\n[ \t]/g, "");
  const lines = text.split("\r\n").filter((line) => line !== "");
  expect([lines[0], lines.at(-1)]).toEqual(["BEGIN:VCALENDAR", "END:VCALENDAR"]);
  expect(lines.filter((line) => line === "BEGIN:VEVENT")).toHaveLength(1);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.search(/[:;]/)), line.slice(line.indexOf(":") + 1)]));
}
