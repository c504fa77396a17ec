import { afterAll, beforeAll, expect, test } from "vitest";
import { cancel } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingToken, signedId } from "../../server/platform/tokens.ts";
import { askSignUp, cookiesOf, linkToken, openLink, postAuth, signedInAs, signUp } from "../helpers/account.ts";
import { bookAtProperty } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { callWire } from "../helpers/trpc.ts";
import { createProperty } from "../helpers/world.ts";

// The root secret changes: what the one before it signed is still good while that is set, and what is signed now is by the new one.

const OLD = "the secret of last year, long enough";
const NEW = "the secret of this year, long enough";

let database: TestDatabase;
let before: Gateway;
let between: Gateway;
let after: Gateway;
beforeAll(async () => {
  database = await createDatabase();
  const start = (env: Record<string, string>) => startGateway(database, { cloud: {}, publishing: false, env: { PUBLIC_URL: "http://stay.test", ...env } });
  before = await start({ AUTH_SECRET: OLD });
  between = await start({ AUTH_SECRET: NEW, AUTH_SECRET_PREVIOUS: OLD });
  after = await start({ AUTH_SECRET: NEW });
});
afterAll(async () => {
  for (const gateway of [before, between, after]) await gateway.close();
  await database.drop();
});

/** Every gateway answers under the same address. */
const at = (gateway: Gateway): Gateway => ({ ...gateway, url: "http://stay.test", request: (path, init) => gateway.request(path, init) });

test("a session of the old secret stays, and its cookie is given anew, good under the new one alone", async () => {
  const { email, cookie } = await signUp(at(before));
  expect(await signedInAs(after, cookie)).toBeUndefined();
  expect((await callWire(at(between), "bookings.mine", { scope: "upcoming" }, { cookie })).status).toBe(200);
  const answer = await between.request("/auth/get-session", { headers: { cookie } });
  expect(await answer.json()).toMatchObject({ user: { email } });
  const renewed = cookiesOf(answer);
  expect(await signedInAs(after, renewed)).toBe(email);
  expect((await callWire(at(after), "bookings.mine", { scope: "upcoming" }, { cookie: renewed })).status).toBe(200);
  // Signed anew once: the next answer has no cookie to give.
  expect((await between.request("/auth/get-session", { headers: { cookie: renewed } })).headers.getSetCookie().join()).not.toContain("session_token");
  expect((await postAuth(at(between), "sign-out", {}, cookie)).status).toBe(200);
  expect(await signedInAs(after, renewed)).toBeUndefined();
});

test("a session begun now is the new secret's", async () => {
  const { email, cookie } = await signUp(at(between));
  expect(await signedInAs(after, cookie)).toBe(email);
  expect(await signedInAs(before, cookie)).toBeUndefined();
});

test("a booking's link and a guest's cookie of the old secret still open it; those made now are the new one's", async () => {
  const guest = anonymous() as { anonId: string };
  const bookingId = await bookAtProperty(before.ctx.as({ kind: "guest", anonId: guest.anonId }), await createProperty(database.db));
  const get = (gateway: Gateway, token?: string, cookie?: string) => callWire<{ token: string }>(at(gateway), "bookings.get", { bookingId, token }, cookie ? { cookie } : {});
  const link = bookingToken(OLD, bookingId);
  const cookie = `nightledger.guest=${signedId("guest", OLD, guest.anonId)}`;
  const opened = await get(between, link);
  expect([opened.status, (await get(between, undefined, cookie)).status, (await get(after, link)).status, (await get(after, undefined, cookie)).status]).toEqual([
    200, 200, 404, 404,
  ]);
  expect(opened.data?.token).toBe(bookingToken(NEW, bookingId));
  expect((await get(after, opened.data?.token)).status).toBe(200);
  const renewed = cookiesOf(await between.request("/auth/get-session", { headers: { cookie } }));
  expect((await get(after, undefined, renewed)).status).toBe(200);
  const fresh = cookiesOf(await between.request("/auth/get-session"));
  expect((await after.request("/auth/get-session", { headers: { cookie: fresh } })).headers.getSetCookie()).toEqual([]);
});

test("a sign-up's mail and browser of the old secret come together after the change", async () => {
  const { email, cookie } = await askSignUp(at(before));
  const token = await linkToken(before, email);
  expect(await (await openLink(at(between), token, cookie)).json()).toMatchObject({ state: "made" });
});

test("a signature for one purpose is worth nothing for another", async () => {
  const id = newId();
  for (const purpose of ["guest", "sign-up", "verification", "reset"] as const) {
    const [, mac] = signedId(purpose, NEW, id).split(".");
    expect(mac).not.toBe(bookingToken(NEW, id));
  }
});

test("a booking's link opens it until sixty days after check-out, and its look-up as long; its account's for good", async () => {
  const email = `${newId()}@guest.test`;
  const account = await signUp(at(after), email);
  const bookingId = await bookAtProperty(after.ctx.as(anonymous()), await createProperty(database.db), { email });
  const [row] = await database.db.query.bookings.findMany({ where: (booking, { eq }) => eq(booking.id, bookingId) });
  const token = bookingToken(NEW, bookingId);
  const DAY = 86_400_000;
  const ask = async () => [
    (await callWire(at(after), "bookings.get", { bookingId, token })).status,
    (await callWire(at(after), "bookings.lookup", { code: row!.code, email }, { type: "mutation" })).status,
    (await callWire(at(after), "bookings.get", { bookingId }, { cookie: account.cookie })).status,
  ];
  const end = Date.parse(row!.checkOut) + 60 * DAY;
  await after.ctx.advance(end - after.ctx.clock.now().getTime());
  expect(await ask()).toEqual([200, 200, 200]);
  await after.ctx.advance(DAY);
  expect(await ask()).toEqual([404, 404, 200]);
  const stranger = after.ctx.as(anonymous());
  await expect(cancel(stranger, { bookingId, token, expectedFee: 0, idempotencyKey: newId() })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
