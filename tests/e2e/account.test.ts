import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { DEMO_GUEST, DEMO_HOTELIER } from "../../db/seed/accounts.ts";
import { bookStay, linkIn, newAddress, picture, useDemoSite } from "../helpers/browser.ts";

const site = useDemoSite();

async function signUp(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("Full name").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create an account" }).click();
}

const CONFIRM = /^Confirm your e-mail address$/;

test("a new account finds the booking made before with its e-mail, once the mail's link is opened in the same browser", async () => {
  const email = newAddress();
  const { code, stay } = await bookStay(site.api(), { slug: "alfama-azulejo-house", email, confirm: true });
  const page = await site.open("/sign-up", { refusals: [400, 401] });
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByText("Tell us your name, without a web address.").waitFor();
  await signUp(page, email, "password1");
  await page.getByRole("alert").getByText("Guessers try this password first").waitFor();
  await signUp(page, email, "a long enough one");
  await page.getByText(`We sent a mail to ${email}.`).waitFor();
  await picture(page, "signed up 1280");

  // Whoever merely knows the address has no account, and sees nothing of it.
  await page.goto(`${site.url}/sign-in`);
  await signIn(page, email, "a long enough one");
  await page.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();

  await page.goto(linkIn(await site.mailTo(email, CONFIRM), "/verify"));
  await page.getByText("Your e-mail is verified").waitFor();
  await picture(page, "verified in the same browser 1280");
  await page.getByRole("main").getByRole("link", { name: "My trips" }).click();
  await page.getByRole("link", { name: stay.property.name }).click();
  await page.getByText(code, { exact: true }).waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  await page.getByRole("link", { name: "My trips" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await signIn(page, email, "a long enough one");
  await page.getByRole("link", { name: stay.property.name }).waitFor();

  // The link is used up, and says so; a second sign-up is answered by mail alone.
  await page.goto(linkIn(await site.mailTo(email, CONFIRM), "/verify"));
  await page.getByRole("alert").getByText("This link is used up or too old").waitFor();
  await picture(page, "used up 1280");
  const other = await site.open("/sign-up");
  await signUp(other, email, "known to a stranger");
  await other.getByText(`We sent a mail to ${email}.`).waitFor();
  linkIn(await site.mailTo(email, /^You already have an account$/), "/sign-in");
});

test("the mail's link in another browser asks for a password of one's own, and the stranger's is worth nothing", async () => {
  const email = newAddress();
  const stranger = await site.open("/sign-up", { refusals: [401] });
  await signUp(stranger, email, "known to the stranger");
  await stranger.getByText(`We sent a mail to ${email}.`).waitFor();

  const page = await site.open("/");
  const link = linkIn(await site.mailTo(email, CONFIRM), "/verify");
  await page.goto(link);
  await page.getByRole("heading", { level: 1, name: "Choose your password" }).waitFor();
  await page.getByText(`${email} is yours.`).waitFor();
  await picture(page, "choose a password 1280");
  await page.setViewportSize({ width: 390, height: 900 });
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await page.getByRole("heading", { level: 1, name: "Pilih kata sandi Anda" }).waitFor();
  await picture(page, "choose a password id 390");
  await page.getByLabel("Nama lengkap").fill("Ayu Lestari");
  await page.getByLabel("Kata sandi").fill("chosen by the owner");
  await page.getByRole("button", { name: "Simpan kata sandi" }).click();
  await page.getByText("E-mail Anda terverifikasi").waitFor();

  await stranger.goto(`${site.url}/sign-in`);
  await signIn(stranger, email, "known to the stranger");
  await stranger.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  await signIn(stranger, email, "chosen by the owner");
  await stranger.getByRole("heading", { level: 1, name: "My trips" }).waitFor();
});

test("signing up on the way to a screen leads on to it by the mail's link, which is in the language of the screen", async () => {
  const email = newAddress();
  const page = await site.open("/trips?scope=past");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await page.getByLabel("Nama lengkap").fill("Ayu Lestari");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Kata sandi").fill("a long enough one");
  await page.getByRole("button", { name: "Buat akun" }).click();
  await page.getByText(`Kami mengirim e-mail ke ${email}.`).waitFor();
  await picture(page, "signed up id 1280");
  await page.goto(linkIn(await site.mailTo(email, /^Konfirmasi alamat email Anda$/), "/verify"));
  await page.getByRole("link", { name: "Lanjutkan" }).click();
  await page.getByRole("heading", { level: 1, name: "Perjalanan saya" }).waitFor();
  expect(new URL(page.url()).search).toBe("?scope=past");
});

test("a forgotten password is set anew by the mail's link, and the old one is worth nothing", async () => {
  const email = newAddress();
  const first = await site.open("/sign-up");
  await signUp(first, email, "the first password");
  await first.getByText(`We sent a mail to ${email}.`).waitFor();
  await first.goto(linkIn(await site.mailTo(email, CONFIRM), "/verify"));
  await first.getByText("Your e-mail is verified").waitFor();

  const page = await site.open("/sign-in", { refusals: [401] });
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("heading", { level: 1, name: "Forgot your password?" }).waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByText(`If there is an account for ${email}, a link is on its way.`).waitFor();
  await page.goto(linkIn(await site.mailTo(email, /password/i), "/reset"));
  await page.getByLabel("New password").fill("the second password");
  await page.getByRole("button", { name: "Save password" }).click();
  await page.getByText("Your password is changed").waitFor();
  await picture(page, "password changed 1280");

  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await signIn(page, email, "the first password");
  await page.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  await signIn(page, email, "the second password");
  await page.getByRole("heading", { level: 1, name: "My trips" }).waitFor();
});

test("an invited person signs up by the mail's link, accepts, and sees the property; another account can't", async () => {
  const email = newAddress();
  const inviter = await site.open("/admin", { as: DEMO_HOTELIER.email });
  const organizationId = await organizationOf(DEMO_HOTELIER.email);
  const asked = await inviter.request.post(`${site.url}/auth/organization/invite-member`, {
    data: { email, role: "admin", organizationId },
    headers: { origin: site.url },
  });
  expect(asked.status(), await asked.text()).toBe(200);
  const link = linkIn(await site.mailTo(email, /^You are invited to Sawah & Segara$/), "/invitation");

  const other = await site.open(new URL(link).pathname + new URL(link).search, { as: DEMO_GUEST.email, refusals: [403] });
  await other.getByRole("alert").getByText("This invitation is for another address").waitFor();
  await picture(other, "invitation of another 1280");

  const page = await site.open(new URL(link).pathname + new URL(link).search);
  await page.getByRole("link", { name: "Create an account" }).click();
  await signUp(page, email, "a long enough one");
  await page.getByText(`We sent a mail to ${email}.`).waitFor();
  await page.goto(linkIn(await site.mailTo(email, CONFIRM), "/verify"));
  await page.getByRole("link", { name: "Go on" }).click();
  await page.getByText("invites you to manage the properties of Sawah & Segara").waitFor();
  await picture(page, "invitation 1280");
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("option", { name: /^Sawah Terrace House/ }).waitFor({ state: "attached" });
  await picture(page, "invited admin 1280");
});

async function organizationOf(email: string): Promise<string> {
  const [row] = await site.database.db.execute<{ id: string }>(
    sql`select m.organization_id as id from members m join users u on u.id = m.user_id where u.email = ${email} and m.role = 'owner'`,
  );
  return row!.id;
}

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
