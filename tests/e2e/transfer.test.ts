import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "vitest";
import { bookStay, picture, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();

test("a transfer that is waited for is told with bank, number, amount, deadline and the hold's end, and the address keeps nothing of the provider's", async () => {
  const { bookingId, token, stay } = await bookStay(site.api(), { slug: "taman-prawirotaman", method: "midtrans" });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`);
  await page.getByRole("radio", { name: /^Midtrans/ }).check();
  await page.getByRole("button", { name: /^Pay IDR/ }).click();
  await page.getByRole("button", { name: "Get a virtual account number" }).click();
  await page.goto(`${site.url}/pay/return?bookingId=${bookingId}&token=${token}&order_id=x&status_code=201&transaction_status=pending`);
  await page.getByRole("heading", { level: 2, name: /^Transfer IDR/ }).waitFor();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ bookingId, token });
  const fact = (term: string) => page.getByRole("term").filter({ hasText: term }).locator("..").getByRole("definition").innerText();
  expect(await fact("Virtual account number")).toMatch(/^\d{8,}/);
  expect(await fact("Exact amount")).toMatch(/^IDR\s[\d,]+$/);
  expect(await fact("Pay until")).toMatch(/WIB$/);
  expect(await fact("Kept for you until")).toMatch(/WIB$/);
  for (const [width, scheme] of [
    [1440, "light"],
    [768, "dark"],
    [320, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await picture(page, `transfer ${width} ${scheme}`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await page.goto(`${site.url}/checkout/${bookingId}?token=${token}`);
  await page.getByRole("heading", { level: 2, name: /^Transfer IDR/ }).waitFor();
  await page.getByText("Pay another way").click();
  await page
    .getByRole("radio", { name: /^Card/ })
    .or(page.getByRole("radio", { name: /^Midtrans/ }))
    .first()
    .waitFor();
  await picture(page, "transfer checkout 1440");
  expect(await page.getByRole("heading", { level: 1, name: `Payment for ${stay.property.name}` }).count()).toBe(1);
});
