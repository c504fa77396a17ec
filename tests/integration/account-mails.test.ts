import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { jobRuns, members, outbox, verifications } from "../../db/schema/index.ts";
import { dryRun } from "../../jobs/dead-letters/dry-run.ts";
import { relay } from "../../jobs/outbox.ts";
import { runDue } from "../../jobs/tick.ts";
import { askReset, askSignUp, cookiesOf, openLink, PASSWORD, postAuth, signedInAs, signIn, signUp } from "../helpers/account.ts";
import { startGateway } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { createProperty } from "../helpers/world.ts";
import { callFailed, callJob, incidentsOf, letterBecomes, letterOf, mailFails, MINUTE, PATIENT, queueWorld } from "../helpers/queue.ts";
import { SHIPPED } from "../helpers/unbound.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0 } });

const VERIFY = { type: "account.verification_asked", job: "send-verification" };
const RESET = { type: "account.reset_asked", job: "send-reset" };
const INVITED = { type: "account.invited", job: "send-invitation" };
const DOWN = { status: 503, body: "resend server 500", headers: { "nightledger-failure": ["resend unavailable"] } };

interface Person {
  email: string;
  cookie: string;
}

interface Asked {
  outboxId: string;
  mailId: string;
  body: string;
}

/** The address's events of a type, oldest first, with the body that the queue brings of each. */
async function asked({ email }: Person, { type }: { type: string }): Promise<Asked[]> {
  const rows = await world.database.db
    .select({ id: outbox.id, v: outbox.v, payload: outbox.payload })
    .from(outbox)
    .innerJoin(verifications, sql`${verifications.id} = ${outbox.payload} ->> 'mailId'`)
    .where(eq(verifications.identifier, `${type}:${email}`))
    .orderBy(outbox.id);
  return rows.map(({ id, v, payload }) => ({ outboxId: id, mailId: String(payload["mailId"]), body: JSON.stringify({ outboxId: id, type, v, payload }) }));
}

async function only(person: Person, of: { type: string }): Promise<Asked> {
  const all = await asked(person, of);
  expect(all).toHaveLength(1);
  return all[0]!;
}

function run(job: string, body: string): Promise<Response> {
  return callJob(world, `/jobs/${job}`, { body });
}

/** The tokens of the links in the mails to an address, newest first. */
async function tokensTo({ email }: Person, path: "verify" | "reset"): Promise<string[]> {
  const mails = await mailsTo(world.gateway, email);
  return mails
    .flatMap(({ text }) => [...new Set(text.match(/https?:\/\/\S+/g))])
    .filter((url) => url.startsWith(`${world.gateway.url}/${path}?token=`))
    .map((url) => new URL(url).searchParams.get("token")!);
}

async function resetBy(token: string, newPassword: string): Promise<number> {
  return (await postAuth(world.gateway, "reset-password", { token, newPassword })).status;
}

/** Opens the mail's link in the browser that signed up. @returns whether it is signed in then */
async function proves(person: Person): Promise<boolean> {
  const [token] = await tokensTo(person, "verify");
  const answer = await openLink(world.gateway, token!, person.cookie);
  return (await signedInAs(world.gateway, cookiesOf(answer))) === person.email;
}

test("the mail vendor is down for longer than the burst: each account mail arrives once it is back, once, and its link works", async () => {
  const { ctx, gateway } = world;
  const known = await signUp(gateway);
  await world.database.db.execute(sql`truncate outbox`);
  mailFails(world, 500, "application_error");
  const person = await askSignUp(gateway);
  await askReset(gateway, known.email);
  const verify = await only(person, VERIFY);
  const reset = await only(known, RESET);
  await relay(ctx);
  await vi.waitFor(async () => {
    await ctx.advance(2000);
    expect(await letterOf(world, verify.outboxId, VERIFY.job)).toMatchObject({ state: "waiting", kind: "transient" });
    expect(await letterOf(world, reset.outboxId, RESET.job)).toMatchObject({ state: "waiting", kind: "transient" });
  }, PATIENT);
  expect([...(await mailsTo(gateway, person.email)), ...(await mailsTo(gateway, known.email))]).toEqual([]);

  gateway.cloud.servers.resend!.faults.clear();
  await ctx.advance(2 * MINUTE);
  await runDue(ctx);
  await letterBecomes(world, verify.outboxId, { state: "done" }, VERIFY.job);
  await letterBecomes(world, reset.outboxId, { state: "done" }, RESET.job);
  expect([await mailsTo(gateway, person.email), await mailsTo(gateway, known.email)]).toMatchObject([{ length: 1 }, { length: 1 }]);
  expect(await incidentsOf(world)).toEqual([]);
  expect(await proves(person)).toBe(true);
  expect(await resetBy((await tokensTo(known, "reset"))[0]!, "a wholly new password")).toBe(200);
});

/** A person of whom a mail of this kind was asked for. */
async function whoAsked({ job }: { job: string }): Promise<Person> {
  if (job === VERIFY.job) return askSignUp(world.gateway);
  const account = await signUp(world.gateway);
  await askReset(world.gateway, account.email);
  return account;
}

test.each([VERIFY, RESET])("$job run twice, at once, and again with its memory lost: one mail", async (of) => {
  const person = await whoAsked(of);
  const { outboxId, body } = await only(person, of);
  for (const answer of await Promise.all([run(of.job, body), run(of.job, body)])) expect([200, 503]).toContain(answer.status);
  await world.database.db.delete(jobRuns).where(eq(jobRuns.outboxId, outboxId));
  expect((await run(of.job, body)).status).toBe(200);
  expect((await run(of.job, body)).status).toBe(200);
  expect(await mailsTo(world.gateway, person.email)).toHaveLength(1);
});

test.each([VERIFY, RESET])("$job: a mail whose answer was lost is not sent again, and its link works", async (of) => {
  const { gateway } = world;
  const person = await whoAsked(of);
  const { body } = await only(person, of);
  gateway.cloud.servers.resend!.faults.add({ calls: 2, path: "/emails", drop: "after" });
  expect((await run(of.job, body)).status).toBe(503);
  expect((await run(of.job, body)).status).toBe(200);
  expect(await mailsTo(gateway, person.email)).toHaveLength(1);
  expect(of === VERIFY ? await proves(person) : await resetBy((await tokensTo(person, "reset"))[0]!, "a wholly new password")).toEqual(of === VERIFY ? true : 200);
});

test("the outbox learns ids alone: no address, no name, no token and no link", async () => {
  await askReset(world.gateway, (await askSignUp(world.gateway)).email);
  const rows = await world.database.db.select({ type: outbox.type, payload: outbox.payload }).from(outbox).orderBy(outbox.type);
  const payload = { mailId: expect.stringMatching(/^[0-9a-f-]{36}$/), locale: "en" };
  expect(rows).toEqual([
    { type: RESET.type, payload },
    { type: VERIFY.type, payload },
  ]);
});

test.each([
  ["id", "Konfirmasi alamat email Anda"],
  ["id-ID,id;q=0.9,en;q=0.8", "Konfirmasi alamat email Anda"],
  ["fr, en;q=0.5, id;q=0.1", "Confirm your e-mail address"],
  ["", "Confirm your e-mail address"],
])("asked for in the language %j, a mail comes as: %s", async (language, subject) => {
  const account = await askSignUp(world.gateway, undefined, { language });
  const { body } = await only(account, VERIFY);
  expect((await run(VERIFY.job, body)).status).toBe(200);
  expect(await mailsTo(world.gateway, account.email)).toMatchObject([{ subject }]);
});

test("a mail that was asked for before the language was written down is sent all the same", async () => {
  const account = await askSignUp(world.gateway, undefined, { language: "id" });
  const { body } = await only(account, VERIFY);
  const { payload, ...rest } = JSON.parse(body) as { payload: Record<string, unknown> };
  const { locale, ...before } = payload;
  expect(locale).toBe("id");
  expect((await run(VERIFY.job, JSON.stringify({ ...rest, payload: before }))).status).toBe(200);
  expect(await mailsTo(world.gateway, account.email)).toMatchObject([{ subject: "Confirm your e-mail address" }]);
});

test("nobody is greeted by a name before the address is verified: a stranger may have chosen it", async () => {
  const { gateway } = world;
  const person = await askSignUp(gateway);
  expect((await run(VERIFY.job, (await only(person, VERIFY)).body)).status).toBe(200);
  for (const { text, html } of await mailsTo(gateway, person.email)) for (const part of [text, html]) expect(part).not.toContain("Ana");
  expect(await proves(person)).toBe(true);
  await askReset(gateway, person.email);
  expect((await run(RESET.job, (await only(person, RESET)).body)).status).toBe(200);
  expect((await mailsTo(gateway, person.email))[0]!.text).toContain("Hello Ana Reis,");
});

test("who signs up with an address that has an account reads so in the mail, and nowhere else", async () => {
  const { gateway } = world;
  const account = await signUp(gateway);
  await world.database.db.execute(sql`truncate outbox`);
  const stranger = await askSignUp(gateway, account.email, { password: "known to the stranger" });
  const again = (await asked(stranger, VERIFY)).at(-1)!;
  expect((await run(VERIFY.job, again.body)).status).toBe(200);
  expect(await mailsTo(gateway, account.email)).toMatchObject([{ subject: "You already have an account" }]);
  expect(await tokensTo(stranger, "verify")).toEqual([]);
});

test("a reset asked for an address without an account is done, and no mail goes out", async () => {
  const nobody = { email: `${crypto.randomUUID()}@guest.test`, cookie: "" };
  await askReset(world.gateway, nobody.email);
  expect((await run(RESET.job, (await only(nobody, RESET)).body)).status).toBe(200);
  expect(await mailsTo(world.gateway, nobody.email)).toEqual([]);
});

test("an address gets five mails of a kind in an hour, however many strangers ask, and later more", async () => {
  const { gateway, database } = world;
  const email = `${crypto.randomUUID()}@guest.test`;
  for (let i = 0; i < 8; i += 1) await askSignUp(gateway, email);
  for (let i = 0; i < 8; i += 1) await askReset(gateway, email);
  const person = { email, cookie: "" };
  expect([await asked(person, VERIFY), await asked(person, RESET)]).toMatchObject([{ length: 5 }, { length: 5 }]);
  await database.db
    .update(verifications)
    .set({ createdAt: sql`${verifications.createdAt} - interval '1 hour'` })
    .where(eq(verifications.identifier, `${RESET.type}:${email}`));
  await askReset(gateway, email);
  expect(await asked(person, RESET)).toHaveLength(6);
});

test.each([
  [VERIFY, "sign-up/email", (email: string) => ({ email, name: "Ana Reis", password: PASSWORD })],
  [RESET, "request-password-reset", (email: string) => ({ email })],
] as const)("a network has twenty mails of $job sent in an hour, whatever addresses and of whichever of its own; another network goes on", async (of, path, body) => {
  const { database } = world;
  const gateway = await startGateway(database, { cloud: {}, publishing: false, env: SHIPPED });
  const ask = async (address: string) => {
    gateway.runtime.clientAddress = address;
    const email = `${crypto.randomUUID()}@guest.test`;
    const answer = await postAuth(gateway, path, body(email));
    return { status: answer.status, mails: (await asked({ email, cookie: "" }, of)).length };
  };
  try {
    for (let i = 0; i < 20; i += 1) expect(await ask(`203.0.113.${i}`)).toEqual({ status: 200, mails: 1 });
    for (let i = 20; i < 23; i += 1) expect(await ask(`203.0.113.${i}`)).toEqual({ status: 429, mails: 0 });
    expect(await ask("198.51.100.7")).toEqual({ status: 200, mails: 1 });
    await database.db.update(verifications).set({ createdAt: sql`${verifications.createdAt} - interval '1 hour'` });
    expect(await ask("203.0.113.30")).toEqual({ status: 200, mails: 1 });
  } finally {
    await gateway.close();
  }
});

test("an invitation is mailed to the invited address in the language of who invites, with its link, once", async () => {
  const { gateway, database } = world;
  const { organizationId } = await createProperty(database.db);
  const owner = await signUp(gateway);
  await database.db.insert(members).values({ id: crypto.randomUUID(), organizationId, userId: owner.userId, role: "owner" });
  const person = { email: `${crypto.randomUUID()}@guest.test`, cookie: "" };
  const invited = await postAuth(gateway, "organization/invite-member", { email: person.email, role: "admin", organizationId }, owner.cookie, "id");
  const { id } = (await invited.json()) as { id: string };
  const { body } = await only(person, INVITED);
  expect([(await run(INVITED.job, body)).status, (await run(INVITED.job, body)).status]).toEqual([200, 200]);
  const mails = await mailsTo(gateway, person.email);
  expect(mails).toMatchObject([{ subject: "Anda diundang ke House of tests" }]);
  expect(mails[0]!.text).toContain(`${gateway.url}/invitation?id=${id}`);
  expect((await postAuth(gateway, "organization/cancel-invitation", { invitationId: id }, owner.cookie)).status).toBe(200);
});

test("a dry run of a reset names its reader and not its link, and says when it has gone out", async () => {
  const account = await signUp(world.gateway);
  await askReset(world.gateway, account.email);
  const { outboxId, body } = await only(account, RESET);
  await callFailed(world, body, { ...DOWN, job: RESET.job });
  const { id } = (await letterOf(world, outboxId, RESET.job))!;
  expect((await dryRun(world.ctx, { id })).would).toEqual([`send an e-mail to ${account.email}: reset_password`]);
  expect((await run(RESET.job, body)).status).toBe(200);
  expect((await dryRun(world.ctx, { id })).would).toEqual([expect.stringContaining("has gone out")]);
});

test("what waits for the mail is forgotten once it is sent, and holds no token before", async () => {
  const account = await askSignUp(world.gateway);
  const { mailId, body } = await only(account, VERIFY);
  const kept = () => world.database.db.select({ value: verifications.value }).from(verifications).where(eq(verifications.id, mailId));
  expect(await kept()).toEqual([{ value: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  expect((await run(VERIFY.job, body)).status).toBe(200);
  expect(await kept()).toEqual([{ value: "sent" }]);
});

test("a reset asked twice is two mails, and either link sets a password once", async () => {
  const account = await signUp(world.gateway);
  await askReset(world.gateway, account.email);
  await askReset(world.gateway, account.email);
  for (const { body } of await asked(account, RESET)) expect((await run(RESET.job, body)).status).toBe(200);
  const links = await tokensTo(account, "reset");
  expect(new Set(links).size).toBe(2);
  expect(await resetBy(links[0]!, "the first new password")).toBe(200);
  expect(await resetBy(links[1]!, "the second new password")).toBe(200);
  const statuses = [];
  for (const password of [PASSWORD, "the first new password", "the second new password"]) statuses.push((await signIn(world.gateway, account.email, password)).status);
  expect(statuses).toEqual([401, 401, 200]);
});

test("a reset that the vendor doesn't take within its hour waits for a person", async () => {
  const { ctx, gateway } = world;
  const account = await signUp(gateway);
  await askReset(gateway, account.email);
  const { outboxId, body } = await only(account, RESET);
  await callFailed(world, body, { ...DOWN, job: RESET.job });
  expect(await letterOf(world, outboxId, RESET.job)).toMatchObject({ state: "waiting" });
  await ctx.advance(61 * MINUTE);
  await callFailed(world, body, { ...DOWN, job: RESET.job });
  expect(await letterOf(world, outboxId, RESET.job)).toMatchObject({ state: "needs_person" });
  expect(await incidentsOf(world)).toMatchObject([{ cause: "dead-letter:send-reset:resend unavailable", count: 1 }]);
});

test("a reset whose link is over is not sent: no later try can help, and a person hears why", async () => {
  const { ctx, gateway, database } = world;
  const account = await signUp(gateway);
  await askReset(gateway, account.email);
  const { outboxId, mailId, body } = await only(account, RESET);
  // Links are judged by the machine's own clock.
  const anHourAgo = sql`${verifications.createdAt} - interval '1 hour'`;
  await database.db.update(verifications).set({ createdAt: anHourAgo }).where(eq(verifications.id, mailId));
  await relay(ctx);
  await letterBecomes(world, outboxId, { state: "needs_person", kind: "permanent", status: 489 }, RESET.job);
  expect((await dryRun(ctx, { id: (await letterOf(world, outboxId, RESET.job))!.id })).would).toEqual([expect.stringContaining("its link is over")]);
  expect((await mailsTo(gateway, account.email)).filter(({ text }) => text.includes("/reset?token"))).toEqual([]);
  expect((await run(RESET.job, body)).status).toBe(489);
});
