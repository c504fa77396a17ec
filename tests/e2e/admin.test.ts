import { expect, test } from "vitest";
import { bookStay, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();

test("a hotelier sees at once what was booked today, at the property chosen", async () => {
  const { code, stay } = await bookStay(site.api(), { slug: "segara-sunrise", inDays: 0, confirm: true });
  const { property } = stay;
  const page = await site.open("/admin");
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await page.getByLabel("E-mail").fill("hotelier@demo.test");
  await page.getByLabel("Password").fill("nightledger-demo");
  await page.getByRole("button", { name: "Sign in" }).click();

  const switcher = page.getByRole("combobox", { name: "Property" });
  await switcher.selectOption({ label: `${property.name} · ${property.city}` });
  await page.getByText(`Days and times in ${property.zone}`).waitFor();
  const booked = page
    .getByRole("region", { name: /^Booked on this day/ })
    .getByRole("row")
    .filter({ hasText: code });
  await booked.getByRole("rowheader", { name: "Ayu Lestari" }).waitFor();
  await booked.getByText(stay.roomName).waitFor();
  await booked.getByText("Confirmed").waitFor();
  await booked.getByText("At the property").waitFor();

  await page.getByLabel("Day", { exact: true }).fill(stay.checkIn);
  await page
    .getByRole("region", { name: /^Arrivals/ })
    .getByRole("row")
    .filter({ hasText: code })
    .waitFor();

  const others = (await switcher.getByRole("option").allInnerTexts()).filter((label) => !label.startsWith(property.name));
  expect(others.length).toBeGreaterThan(0);
  await switcher.selectOption({ label: others[0]! });
  await page
    .getByRole("region", { name: /^Booked on this day/ })
    .getByText("No booking was made on this day yet.")
    .waitFor();
  expect(await page.getByText(code).count()).toBe(0);
});

test("an account without a property is told how to come by one, and sees no other's day", async () => {
  const { stay } = await bookStay(site.api(), { slug: "segara-sunrise", confirm: true });
  const page = await site.open("/admin", { refusals: [404] });
  await page.getByLabel("E-mail").fill("guest@demo.test");
  await page.getByLabel("Password").fill("nightledger-demo");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("No property belongs to this account").waitFor();
  await page.getByText("Ask the owner of your property to add you").waitFor();
  await page.goto(`${site.url}/admin/${stay.property.id}/today`);
  await page.getByText("No property belongs to this account").waitFor();
  expect(await page.getByRole("table").count()).toBe(0);
});
