import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { jobRuns, outbox, users, verifications } from "../../db/schema/index.ts";
import { dryRun } from "../../jobs/dead-letters/dry-run.ts";
import { relay } from "../../jobs/outbox.ts";
import { runDue } from "../../jobs/tick.ts";
import { askReset, cookiesOf, PASSWORD, postAuth, signUp, type Account } from "../helpers/account.ts";
import { mailsTo } from "../helpers/mail.ts";
import { callFailed, callJob, incidentsOf, letterBecomes, letterOf, mailFails, MINUTE, PATIENT, queueWorld } from "../helpers/queue.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0 } });

const VERIFY = { type: "account.verification_asked", job: "send-verification" };
const RESET = { type: "account.reset_asked", job: "send-reset" };
const DOWN = { status: 503, body: "resend server 500", headers: { "nightledger-failure": ["resend unavailable"] } };

/** The account's events of a type, oldest first, with the body that the queue brings of each. */
async function asked({ userId }: Account, { type }: { type: string }): Promise<{ outboxId: string; mailId: string; body: string }[]> {
  await world.ctx.settled();
  const rows = await world.database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.type} = ${type} and ${outbox.payload} ->> 'userId' = ${userId}`)
    .orderBy(outbox.id);
  return rows.map(({ id, v, payload }) => ({ outboxId: id, mailId: String(payload["mailId"]), body: JSON.stringify({ outboxId: id, type, v, payload }) }));
}

async function only(account: Account, of: { type: string }): Promise<{ outboxId: string; mailId: string; body: string }> {
  const all = await asked(account, of);
  expect(all).toHaveLength(1);
  return all[0]!;
}

function run(job: string, body: string): Promise<Response> {
  return callJob(world, `/jobs/${job}`, { body });
}

/** The paths of the links in the mails to an address, newest first. */
async function linksTo({ email }: Account, path: RegExp): Promise<string[]> {
  const mails = await mailsTo(world.gateway, email);
  return mails
    .flatMap(({ text }) => [...new Set(text.match(/https?:\/\/\S+/g))])
    .filter((url) => path.test(url))
    .map((url) => url.slice(world.gateway.url.length));
}

/** Opens a reset's link and sets the password. @returns the status of the latter */
async function resetBy(link: string, newPassword: string): Promise<number> {
  const location = new URL((await world.gateway.request(link)).headers.get("location")!, world.gateway.url);
  expect(location.pathname + location.search).toMatch(/^\/reset\?from=mail&token=/);
  return (await postAuth(world.gateway, "reset-password", { token: location.searchParams.get("token"), newPassword })).status;
}

async function isVerified({ userId }: Account): Promise<boolean | undefined> {
  const [user] = await world.database.db.select({ verified: users.emailVerified }).from(users).where(eq(users.id, userId));
  return user?.verified;
}

test("the mail vendor is down for longer than the burst: each account mail arrives once it is back, once, and its link works", async () => {
  const { ctx, gateway } = world;
  mailFails(world, 500, "application_error");
  const account = await signUp(gateway);
  await askReset(world.gateway, account.email);
  const verify = await only(account, VERIFY);
  const reset = await only(account, RESET);
  await relay(ctx);
  await vi.waitFor(async () => {
    await ctx.advance(2000);
    expect(await letterOf(world, verify.outboxId, VERIFY.job)).toMatchObject({ state: "waiting", kind: "transient" });
    expect(await letterOf(world, reset.outboxId, RESET.job)).toMatchObject({ state: "waiting", kind: "transient" });
  }, PATIENT);
  expect(await mailsTo(gateway, account.email)).toEqual([]);

  gateway.cloud.servers.resend!.faults.clear();
  await ctx.advance(2 * MINUTE);
  await runDue(ctx);
  await letterBecomes(world, verify.outboxId, { state: "done" }, VERIFY.job);
  await letterBecomes(world, reset.outboxId, { state: "done" }, RESET.job);
  expect(await mailsTo(gateway, account.email)).toHaveLength(2);
  expect(await incidentsOf(world)).toEqual([]);
  expect((await gateway.request((await linksTo(account, /verify-email/))[0]!)).status).toBeLessThan(400);
  expect(await isVerified(account)).toBe(true);
  expect(await resetBy((await linksTo(account, /reset-password/))[0]!, "a wholly new password")).toBe(200);
});

test.each([VERIFY, RESET])("$job run twice, at once, and again with its memory lost: one mail", async ({ type, job }) => {
  const account = await signUp(world.gateway);
  await askReset(world.gateway, account.email);
  const { outboxId, body } = await only(account, { type });
  for (const answer of await Promise.all([run(job, body), run(job, body)])) expect([200, 503]).toContain(answer.status);
  await world.database.db.delete(jobRuns).where(eq(jobRuns.outboxId, outboxId));
  expect((await run(job, body)).status).toBe(200);
  expect((await run(job, body)).status).toBe(200);
  expect(await mailsTo(world.gateway, account.email)).toHaveLength(1);
});

test("a mail whose answer was lost is not sent again, though its link is another by then", async () => {
  const { gateway } = world;
  const account = await signUp(gateway);
  const { body } = await only(account, VERIFY);
  gateway.cloud.servers.resend!.faults.add({ calls: 2, path: "/emails", drop: "after" });
  expect((await run(VERIFY.job, body)).status).toBe(503);
  // Tokens tell time in seconds: in the next one this mail is made of other bytes.
  const second = Math.floor(Date.now() / 1000);
  await vi.waitUntil(() => Math.floor(Date.now() / 1000) > second, PATIENT);
  expect((await run(VERIFY.job, body)).status).toBe(200);
  expect(await mailsTo(gateway, account.email)).toHaveLength(1);
  expect((await gateway.request((await linksTo(account, /verify-email/))[0]!)).status).toBeLessThan(400);
  expect(await isVerified(account)).toBe(true);
});

test("the outbox learns ids alone: no address, no name, no token and no link", async () => {
  const account = await signUp(world.gateway);
  await askReset(world.gateway, account.email);
  await asked(account, RESET);
  const rows = await world.database.db.select({ type: outbox.type, payload: outbox.payload }).from(outbox).orderBy(outbox.type);
  const payload = { userId: account.userId, mailId: expect.stringMatching(/^[0-9a-f-]{36}$/), locale: "en" };
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
  const account = await signUp(world.gateway, undefined, language);
  const { body } = await only(account, VERIFY);
  expect((await run(VERIFY.job, body)).status).toBe(200);
  expect(await mailsTo(world.gateway, account.email)).toMatchObject([{ subject }]);
});

test("a mail that was asked for before the language was written down is sent all the same", async () => {
  const account = await signUp(world.gateway, undefined, "id");
  const { body } = await only(account, VERIFY);
  const { payload, ...rest } = JSON.parse(body) as { payload: Record<string, unknown> };
  const { locale, ...before } = payload;
  expect(locale).toBe("id");
  expect((await run(VERIFY.job, JSON.stringify({ ...rest, payload: before }))).status).toBe(200);
  expect(await mailsTo(world.gateway, account.email)).toMatchObject([{ subject: "Confirm your e-mail address" }]);
});

test("nobody is greeted by a name before the address is verified: a stranger may have chosen it", async () => {
  const { gateway } = world;
  const account = await signUp(gateway);
  await askReset(gateway, account.email);
  for (const of of [VERIFY, RESET]) expect((await run(of.job, (await only(account, of)).body)).status).toBe(200);
  for (const { text, html } of await mailsTo(gateway, account.email)) for (const part of [text, html]) expect(part).not.toContain("Ana");
  await gateway.request((await linksTo(account, /verify-email/))[0]!);
  await askReset(gateway, account.email);
  expect((await run(RESET.job, (await asked(account, RESET))[1]!.body)).status).toBe(200);
  expect((await mailsTo(gateway, account.email))[0]!.text).toContain("Hello Ana Reis,");
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

test("what waits for the mail is forgotten once it is sent, and holds no token of a verification before", async () => {
  const account = await signUp(world.gateway);
  const { mailId, body } = await only(account, VERIFY);
  const kept = () => world.database.db.select({ value: verifications.value }).from(verifications).where(eq(verifications.id, mailId));
  expect(await kept()).toEqual([{ value: `${world.gateway.url}/auth/verify-email?callbackURL=%2F` }]);
  expect((await run(VERIFY.job, body)).status).toBe(200);
  expect(await kept()).toEqual([]);
});

test("a reset asked twice is two mails, and either link sets a password once", async () => {
  const account = await signUp(world.gateway);
  await askReset(world.gateway, account.email);
  await askReset(world.gateway, account.email);
  for (const { body } of await asked(account, RESET)) expect((await run(RESET.job, body)).status).toBe(200);
  const links = await linksTo(account, /reset-password/);
  expect(new Set(links).size).toBe(2);
  expect(await resetBy(links[0]!, "the first new password")).toBe(200);
  expect(await resetBy(links[1]!, "the second new password")).toBe(200);
  const signIn = async (password: string) => (await postAuth(world.gateway, "sign-in/email", { email: account.email, password })).status;
  expect([await signIn(PASSWORD), await signIn("the first new password"), await signIn("the second new password")]).toEqual([401, 401, 200]);
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
  expect((await mailsTo(gateway, account.email)).filter(({ text }) => text.includes("reset-password"))).toEqual([]);
  expect((await run(RESET.job, body)).status).toBe(489);
});

test("the link of a verification leads where its asker said; one that is done meanwhile is not mailed", async () => {
  const { gateway, database } = world;
  const email = `${crypto.randomUUID()}@guest.test`;
  const answer = await postAuth(gateway, "sign-up/email", { name: "Ana Reis", email, password: PASSWORD, callbackURL: "/verify?then=/trips&more=a b" });
  const { user } = (await answer.json()) as { user: { id: string } };
  const account = { email, userId: user.id, cookie: cookiesOf(answer) };
  // The sign-up asks for its mail beside its answer.
  await world.ctx.settled();
  expect((await postAuth(gateway, "send-verification-email", { email }, account.cookie)).status).toBe(200);
  const [first, second] = await asked(account, VERIFY);
  expect((await run(VERIFY.job, first!.body)).status).toBe(200);
  const [link] = await linksTo(account, /verify-email/);
  expect((await gateway.request(link!)).headers.get("location")).toBe("/verify?then=/trips&more=a b");
  expect((await run(VERIFY.job, second!.body)).status).toBe(200);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
  expect(await database.db.select().from(verifications).where(eq(verifications.id, second!.mailId))).toEqual([]);
  expect((await gateway.request(link!.replace(/token=[^&]+/, "token=wrong"))).headers.get("location")).toContain("error=INVALID_TOKEN");
});
