import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { DEMO_GUEST } from "../../db/seed/accounts.ts";
import { bookStay, linkIn, newAddress, picture, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();

test("a new account finds the booking made before with its e-mail, once the e-mail is verified", async () => {
  const email = newAddress();
  const { code, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", email, confirm: true });
  const page = await site.open("/sign-up");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByText("Tell us your name, without a web address.").waitFor();
  await page.getByLabel("Full name").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("a long enough one");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByText(`We sent a link to ${email}.`).waitFor();

  // Signed in but not verified: whoever merely knows the address sees nothing of it.
  await page.getByRole("link", { name: "My trips" }).click();
  await page.getByText("Verify your e-mail to see all your bookings").waitFor();
  await page.getByText("No trip ahead yet").waitFor();

  await page.goto(linkIn(await site.mailTo(email, /verify|e-mail/i), "/auth/verify-email"));
  await page.getByText("Your e-mail is verified").waitFor();
  await page.getByRole("main").getByRole("link", { name: "My trips" }).click();
  await page.getByRole("link", { name: stay.property.name }).click();
  await page.getByText(code, { exact: true }).waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  await page.getByRole("link", { name: "My trips" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await signIn(page, email, "a long enough one");
  await page.getByRole("link", { name: stay.property.name }).waitFor();
});

test("signing up on the way to a screen leads on to it, and the mail is in the language of the screen", async () => {
  const email = newAddress();
  const page = await site.open("/trips");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await page.getByLabel("Nama lengkap").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Kata sandi").fill("a long enough one");
  await page.getByRole("button", { name: "Buat akun" }).click();
  await page.getByRole("heading", { level: 1, name: "Perjalanan saya" }).waitFor();
  await page.getByText("Verifikasi e-mail untuk melihat semua pemesanan Anda").waitFor();
  linkIn(await site.mailTo(email, /^Konfirmasi alamat email Anda$/), "/auth/verify-email");
});

test("a forgotten password is set anew by the mail's link, and the old one is worth nothing", async () => {
  const email = newAddress();
  const first = await site.open("/sign-up");
  await first.getByLabel("Full name").fill("Budi Santoso");
  await first.getByLabel("E-mail").fill(email);
  await first.getByLabel("Password").fill("the first password");
  await first.getByRole("button", { name: "Create an account" }).click();
  await first.getByText(`We sent a link to ${email}.`).waitFor();

  const page = await site.open("/sign-in", { refusals: [401] });
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("heading", { level: 1, name: "Forgot your password?" }).waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByText(`If there is an account for ${email}, a link is on its way.`).waitFor();
  await page.goto(linkIn(await site.mailTo(email, /password/i), "/auth/reset-password"));
  await page.getByLabel("New password").fill("the second password");
  await page.getByRole("button", { name: "Save password" }).click();
  await page.getByText("Your password is changed").waitFor();

  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await signIn(page, email, "the first password");
  await page.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  await signIn(page, email, "the second password");
  await page.getByRole("heading", { level: 1, name: "My trips" }).waitFor();
});

test("the demo guest finds past, coming and cancelled trips", async () => {
  const page = await site.open("/trips");
  await signIn(page, "guest@demo.test", "nightledger-demo");
  await page.getByRole("link", { name: "Taman Prawirotaman" }).waitFor();
  await page.getByRole("link", { name: "Past" }).click();
  await page.getByRole("link", { name: "Sawah Terrace House" }).waitFor();
  await page.getByRole("link", { name: "Cancelled" }).click();
  await page.getByRole("link", { name: "Shophouse No. 88" }).waitFor();
});

test("who can't be told apart from a stranger is asked for patience, not for a password", async () => {
  const page = await site.open("/trips", { as: DEMO_GUEST.email, refusals: [503], prepare: breakSession });
  await page.getByRole("heading", { level: 1, name: "We can't answer right now" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/trips");
  expect(await page.getByRole("link", { name: "Sign in" }).count()).toBe(0);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: "My trips" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
});

test("a sign-out that fails says that the guest is still signed in, and the next one works", async () => {
  const page = await site.open("/trips", { as: DEMO_GUEST.email, refusals: [503] });
  await page.getByRole("heading", { level: 1, name: "My trips" }).waitFor();
  await page.route("**/auth/sign-out", (route) => route.fulfill({ status: 503, body: "" }));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("alert").getByText("You are still signed in").waitFor();
  await picture(page, "still signed in 1280");
  await page.setViewportSize({ width: 390, height: 900 });
  await picture(page, "still signed in 390");
  await page.unrouteAll();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  expect(new URL(page.url()).pathname).toBe("/");
});

/** The accounts are out, and say to wait a minute. */
async function breakSession(page: Page): Promise<void> {
  const data = { code: "SERVICE_UNAVAILABLE", httpStatus: 503, domain: { code: "UNAVAILABLE", facts: { what: "accounts", retryAfterMs: 60_000 } } };
  await page.route("**/auth/get-session", (route) => route.fulfill({ status: 503, json: { error: { message: "UNAVAILABLE", code: -32603, data } } }));
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
