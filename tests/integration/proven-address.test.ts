import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { credentials, invitations, members, sessions, users } from "../../db/schema/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { askReset, askSignUp, cookiesOf, linkToken, openLink, PASSWORD, postAuth, signedInAs, signIn, signUp } from "../helpers/account.ts";
import { bookAtProperty, holdStay } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { callWire } from "../helpers/trpc.ts";
import { createProperty } from "../helpers/world.ts";

// Whoever knows an address may sign up with it. What hangs on it belongs to who reads its mails.

let database: TestDatabase;
let gateway: Gateway;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { resend: 0 }, publishing: false });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const OWN = { name: "Ana Reis", password: "chosen by the owner" };

async function stateOf(answer: Response): Promise<string | undefined> {
  return ((await answer.json()) as { state?: string }).state;
}

async function mine(cookie: string): Promise<string[] | undefined> {
  const answer = await callWire<{ items: { id: string }[] }>(gateway, "bookings.mine", { scope: "upcoming" }, { cookie });
  return answer.data?.items.map((item) => item.id);
}

test("a stranger who signed up with the owner's address gets nothing by the owner's click: no password, no session, no bookings", async () => {
  const email = `${newId()}@guest.test`;
  const guest = gateway.ctx.as(anonymous());
  const bookingId = await bookAtProperty(guest, await createProperty(database.db), { email });
  const stranger = await askSignUp(gateway, email, { password: "known to the stranger" });
  expect([await signIn(gateway, email, "known to the stranger"), await signedInAs(gateway, stranger.cookie)]).toMatchObject([{ status: 401 }, undefined]);

  // The owner opens the mail's link: asked for a password of their own, before anything changes.
  const token = await linkToken(gateway, email);
  expect(await stateOf(await openLink(gateway, token))).toBe("choose");
  expect(await database.db.select().from(users).where(eq(users.email, email))).toEqual([]);
  const owner = await openLink(gateway, token, "", OWN);
  expect(await stateOf(owner)).toBe("made");

  expect((await signIn(gateway, email, "known to the stranger")).status).toBe(401);
  expect(await mine(stranger.cookie)).toBeUndefined();
  expect((await callWire(gateway, "bookings.get", { bookingId }, { cookie: stranger.cookie })).error?.data.domain?.code).toBe("NOT_FOUND");
  expect(await stateOf(await openLink(gateway, token, stranger.cookie))).toBeUndefined();
  expect(await mine(cookiesOf(owner))).toEqual([bookingId]);
  expect((await signIn(gateway, email, OWN.password)).status).toBe(200);
});

test("in the browser that signed up, the link is all that it takes", async () => {
  const { email, cookie } = await askSignUp(gateway);
  const answer = await openLink(gateway, await linkToken(gateway, email), cookie);
  expect(await stateOf(answer)).toBe("made");
  expect(await signedInAs(gateway, cookiesOf(answer))).toBe(email);
  expect((await signIn(gateway, email)).status).toBe(200);
});

test("the owner's own sign-up counts, though the link that they open is the stranger's", async () => {
  const email = `${newId()}@guest.test`;
  await askSignUp(gateway, email, { password: "known to the stranger" });
  const strangersLink = await linkToken(gateway, email);
  const owner = await askSignUp(gateway, email);
  expect(await stateOf(await openLink(gateway, strangersLink, owner.cookie))).toBe("made");
  expect([(await signIn(gateway, email)).status, (await signIn(gateway, email, "known to the stranger")).status]).toEqual([200, 401]);
});

test("a browser's sign-up for one address proves nothing of another", async () => {
  const owner = await askSignUp(gateway);
  const stranger = await askSignUp(gateway, undefined, { password: "known to the stranger" });
  expect(await stateOf(await openLink(gateway, await linkToken(gateway, owner.email), stranger.cookie))).toBe("choose");
});

test("of two who open the links of one address at once, one makes the account; a link works once", async () => {
  const email = `${newId()}@guest.test`;
  const [one, two] = [await askSignUp(gateway, email), await askSignUp(gateway, email)];
  const token = await linkToken(gateway, email);
  const answers = await Promise.all([openLink(gateway, token, one.cookie), openLink(gateway, token, two.cookie), openLink(gateway, token, "", OWN)]);
  expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 400, 400]);
  expect(await database.db.select().from(users).where(eq(users.email, email))).toHaveLength(1);
  expect((await openLink(gateway, token, one.cookie)).status).toBe(400);
});

test("a sign-up for a known address, and its link from before, change nothing of the account", async () => {
  const email = `${newId()}@guest.test`;
  const first = await askSignUp(gateway, email);
  await openLink(gateway, await linkToken(gateway, email), first.cookie);
  const stranger = await askSignUp(gateway, email, { password: "known to the stranger" });
  const token = await linkToken(gateway, email);
  expect(await stateOf(await openLink(gateway, token))).toBe("known");
  expect(await stateOf(await openLink(gateway, token, stranger.cookie))).toBe("known");
  expect([(await signIn(gateway, email)).status, (await signIn(gateway, email, "known to the stranger")).status]).toEqual([200, 401]);
});

/** An account as it was made before addresses were proven first: with a password and a session, its address not verified. */
async function unproven(): Promise<{ email: string; userId: string; cookie: string }> {
  const account = await signUp(gateway);
  await database.db.update(users).set({ emailVerified: false }).where(eq(users.id, account.userId));
  return account;
}

test("an account whose address nobody has proven loses its password and sessions to the one who proves it", async () => {
  const { email, userId, cookie } = await unproven();
  const owner = await askSignUp(gateway, email, { password: OWN.password });
  expect(await stateOf(await openLink(gateway, await linkToken(gateway, email), owner.cookie))).toBe("made");
  expect(await signedInAs(gateway, cookie)).toBeUndefined();
  expect([(await signIn(gateway, email)).status, (await signIn(gateway, email, OWN.password)).status]).toEqual([401, 200]);
  expect(await database.db.select().from(credentials).where(eq(credentials.userId, userId))).toHaveLength(1);
});

test("an unproven account opens nothing that its address has: no bookings of it, no sign-in, no invitation", async () => {
  const { email, userId, cookie } = await unproven();
  const world = await createProperty(database.db);
  const bookingId = await bookAtProperty(gateway.ctx.as(anonymous()), world, { email });
  const owner = await signUp(gateway);
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId: owner.userId, role: "owner" });
  const invited = await postAuth(gateway, "organization/invite-member", { email, role: "admin", organizationId: world.organizationId }, owner.cookie);
  const { id } = (await invited.json()) as { id: string };

  expect(await mine(cookie)).toEqual([]);
  expect((await callWire(gateway, "bookings.get", { bookingId }, { cookie })).error?.data.domain?.code).toBe("NOT_FOUND");
  expect((await signIn(gateway, email)).status).toBe(403);
  expect((await postAuth(gateway, "organization/accept-invitation", { invitationId: id }, cookie)).status).toBe(403);
  expect((await gateway.request(`/auth/organization/get-invitation?id=${id}`, { headers: { cookie } })).status).toBe(403);
  expect(await database.db.select().from(members).where(eq(members.userId, userId))).toEqual([]);
  expect(await database.db.select({ status: invitations.status }).from(invitations).where(eq(invitations.id, id))).toEqual([{ status: "pending" }]);
});

test("the link of a reset proves the mailbox too: the password set there is the account's, and every session ends", async () => {
  const { email, userId, cookie } = await unproven();
  await askReset(gateway, email);
  const token = await resetToken(email);
  expect((await postAuth(gateway, "reset-password", { token, newPassword: OWN.password })).status).toBe(200);
  expect(await database.db.select().from(sessions).where(eq(sessions.userId, userId))).toEqual([]);
  expect(await signedInAs(gateway, cookie)).toBeUndefined();
  expect([(await signIn(gateway, email)).status, (await signIn(gateway, email, OWN.password)).status]).toEqual([401, 200]);
});

/** The token that the mail of the one reset asked for this address carries. */
async function resetToken(email: string): Promise<string> {
  const { dueMail } = await import("../../server/accounts/index.ts");
  const [row] = await database.db.query.verifications.findMany({ where: (one, { eq: is }) => is(one.identifier, `account.reset_asked:${email}`) });
  const due = await dueMail(gateway.ctx, "account.reset_asked", { mailId: row!.id, locale: "en" });
  if (typeof due === "string") throw new Error(due);
  return new URL(due.url).searchParams.get("token")!;
}

test("an invited address joins once it is proven, and only by the invitation to itself", async () => {
  const world = await createProperty(database.db);
  const owner = await signUp(gateway);
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId: owner.userId, role: "owner" });
  const email = `${newId()}@guest.test`;
  const invited = await postAuth(gateway, "organization/invite-member", { email, role: "admin", organizationId: world.organizationId }, owner.cookie);
  const { id } = (await invited.json()) as { id: string };
  const other = await signUp(gateway);
  expect((await postAuth(gateway, "organization/accept-invitation", { invitationId: id }, other.cookie)).status).toBe(403);
  const account = await signUp(gateway, email);
  expect(await (await gateway.request(`/auth/organization/get-invitation?id=${id}`, { headers: { cookie: account.cookie } })).json()).toMatchObject({ role: "admin" });
  expect((await postAuth(gateway, "organization/accept-invitation", { invitationId: id }, account.cookie)).status).toBe(200);
  const own = await callWire<{ id: string }[]>(gateway, "admin.inventory.myProperties", undefined, { cookie: account.cookie });
  expect(own.data?.map((property) => property.id)).toEqual([world.propertyId]);
});

test.each([[PASSWORD], ["another password"]])("sign-up answers the same for an address with an account and one without: %j", async (password) => {
  const known = await signUp(gateway);
  const answers = await Promise.all([known.email, `${newId()}@guest.test`].map((email) => postAuth(gateway, "sign-up/email", { name: "Ana Reis", email, password })));
  const [one, other] = await Promise.all(answers.map(async (answer) => ({ status: answer.status, text: await answer.text(), cookies: answer.headers.getSetCookie().length })));
  expect(one).toEqual(other);
});

test("a booking made while signed in is the account's", async () => {
  const account = await signUp(gateway);
  const guest = gateway.ctx.as({ kind: "guest", anonId: newId(), userId: account.userId, email: account.email, emailVerified: true });
  const { bookingId } = await holdStay(guest, await createProperty(database.db), { email: "somebody@else.test" });
  expect(await mine(account.cookie)).toEqual([bookingId]);
});
