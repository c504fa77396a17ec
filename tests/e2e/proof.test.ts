import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bookStay, expectFocus, findStay, type Mail, newAddress, picture, useDemoSite } from "../helpers/browser.ts";

// One room may be held by a network before anybody there proves an address, and none be left to be paid at the property.
const site = useDemoSite({ UNPROVEN_ROOMS_PER_NETWORK: "1", UNPROVEN_NIGHTS_AT_PROPERTY_PER_NETWORK: "0" });
const HOUSE = "alfama-azulejo-house";

function codeIn(mail: Mail): string {
  return /\d{3} \d{3}/.exec(mail.text)![0];
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include("dialog[open]").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

test("who is asked for a proof types the mailed code by the keyboard alone, and the room is held", async () => {
  const api = site.api();
  await bookStay(api, { slug: HOUSE });
  const stay = await findStay(api, { slug: HOUSE });
  const email = newAddress();
  const page = await site.open(`/hotels/${stay.property.slug}/book?${stay.choice}&products=${stay.offer.productId}`, { refusals: [400, 412] });
  await page.getByLabel("Full name").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Hold my room and go to payment" }).click();

  const dialog = page.getByRole("dialog", { name: "Is this your e-mail address?" });
  await dialog.getByText(`We have sent a code to ${email}.`).waitFor();
  await expectFocus(dialog.getByLabel("Code of six digits"));
  await expectAccessible(page);
  await picture(page, "proof dialog");
  await page.setViewportSize({ width: 360, height: 740 });
  await picture(page, "proof dialog narrow");
  await page.setViewportSize({ width: 1280, height: 900 });
  const code = codeIn(await site.mailTo(email, /^Your code/));
  await page.keyboard.type(code === "111 111" ? "222222" : "111111");
  await page.keyboard.press("Enter");
  await dialog.getByText("That is not the code in the mail. Check the digits.").waitFor();
  await expectAccessible(page);
  await picture(page, "proof dialog wrong");
  await page.keyboard.press("Escape");
  await page.getByRole("alert").getByText("We need to know that this e-mail address is yours").waitFor();
  await picture(page, "proof notice");
  await page.getByRole("button", { name: "Enter the code" }).press("Enter");
  await dialog.getByLabel("Code of six digits").fill(code);
  await page.keyboard.press("Enter");
  await page.getByRole("timer", { name: "Time left" }).waitFor();
});

test("a hold that may not be left to be paid at the property is confirmed after the proof, in Indonesian too", async () => {
  const prepare = (page: Page) => page.addInitScript(() => localStorage.setItem("PARAGLIDE_LOCALE", "id"));
  // The hold before this one would be in the way.
  await site.advance(16 * 60_000);
  const { bookingId, token, email } = await bookStay(site.api(), { slug: HOUSE });
  const page = await site.open(`/checkout/${bookingId}?token=${token}`, { refusals: [412], prepare });
  await page.getByRole("radio", { name: /^Di hotel/ }).check();
  await page.getByRole("button", { name: "Konfirmasi pemesanan" }).click();
  const dialog = page.getByRole("dialog", { name: "Apakah ini alamat email Anda?" });
  await dialog.getByText(`Kami sudah mengirim kode ke ${email}.`).waitFor();
  await picture(page, "proof dialog id");
  await dialog.getByLabel("Kode enam angka").fill(codeIn(await site.mailTo(email, /^Kode Anda/)));
  await dialog.getByRole("button", { name: "Lanjutkan" }).click();
  await site.mailTo(email, /^Confirmed|^Terkonfirmasi/);
  await expect.poll(() => new URL(page.url()).pathname).toContain("confirmed");
});
