import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { members } from "../../db/schema/index.ts";
import { cancel, get, startPayment } from "../../server/bookings/index.ts";
import { addDays, dateIn } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { askReset, askSignUp, cookiesOf, openLink, PASSWORD, postAuth, signedInAs, signIn, signUp, type Account } from "../helpers/account.ts";
import { bookAtProperty, holdStay } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { PATIENT } from "../helpers/queue.ts";
import { callWire } from "../helpers/trpc.ts";
import { createProperty, FIRST_NIGHT, type World } from "../helpers/world.ts";

const DAY_MS = 86_400_000;

let database: TestDatabase;
let gateway: Gateway;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { qstash: 0, resend: 0 } });
});
afterAll(async () => {
  await gateway.ctx.settled();
  await gateway.close();
  await database.drop();
});

/** The token of the newest link of its kind that was mailed to the address, as its reader would click it. */
function tokenTo(email: string, path: "verify" | "reset"): Promise<string> {
  return vi.waitFor(async () => {
    const mails = await mailsTo(gateway, email);
    const link = mails.flatMap((mail) => mail.text.match(/https?:\/\/\S+/g) ?? []).find((url) => url.startsWith(`${gateway.url}/${path}?token=`));
    expect(link).toBeDefined();
    return new URL(link!).searchParams.get("token")!;
  }, PATIENT);
}

async function mine(account: Pick<Account, "cookie">, scope = "upcoming"): Promise<string[]> {
  const answer = await callWire<{ items: { id: string }[] }>(gateway, "bookings.mine", { scope }, { cookie: account.cookie });
  if (!answer.data) throw new Error(answer.text);
  return answer.data.items.map((item) => item.id);
}

/** A confirmed booking by a guest without an account. */
async function guestBooking(email: string, world?: World): Promise<string> {
  const guest = gateway.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world ?? (await createProperty(database.db)), { email });
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  return bookingId;
}

test("a verified address finds the bookings made with it before; whoever merely signed up with it doesn't", async () => {
  const email = `${newId()}@guest.test`;
  const bookingId = await guestBooking(email);
  await guestBooking(`x${email}`);
  const asked = await askSignUp(gateway, email.toUpperCase());
  expect((await callWire(gateway, "bookings.mine", { scope: "upcoming" }, { cookie: asked.cookie })).error?.data.domain?.code).toBe("UNAUTHENTICATED");
  expect((await callWire(gateway, "bookings.get", { bookingId }, { cookie: asked.cookie })).error?.data.domain?.code).toBe("NOT_FOUND");
  const account = { cookie: cookiesOf(await openLink(gateway, await tokenTo(email, "verify"), asked.cookie)) };
  expect(await mine(account)).toEqual([bookingId]);
  expect((await callWire(gateway, "bookings.get", { bookingId }, { cookie: account.cookie })).data).toMatchObject({ id: bookingId });
});

test("a stay that is over is in its own guest's history, and in nobody else's", async () => {
  const owner = await signUp(gateway);
  const signedIn = gateway.ctx.as({ kind: "guest", anonId: newId(), userId: owner.userId });
  const checkIn = addDays(dateIn("Asia/Makassar", gateway.ctx.clock.now()), 5);
  const bookingId = await bookAtProperty(signedIn, await createProperty(database.db, { from: checkIn }), { checkIn });
  await gateway.ctx.advance(9 * DAY_MS);
  const stranger = await signUp(gateway);
  for (const scope of ["upcoming", "past", "cancelled"]) {
    expect(await mine(stranger, scope)).toEqual([]);
    expect(await mine(owner, scope)).toEqual(scope === "past" ? [bookingId] : []);
  }
  await gateway.ctx.advance(-9 * DAY_MS);
});

test("the history counts the rooms that stand; of a booking cancelled as a whole, all that it had", async () => {
  const account = await signUp(gateway);
  const world = await createProperty(database.db, { rooms: [{ units: 2 }] });
  const guest = gateway.ctx.as({ kind: "guest", anonId: newId(), userId: account.userId });
  const { bookingId } = await holdStay(guest, world, { rooms: [{ productId: world.productId }, { productId: world.productId }] });
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  const roomsIn = async (scope: string) =>
    (await callWire<{ items: { rooms: number }[] }>(gateway, "bookings.mine", { scope }, { cookie: account.cookie })).data!.items.map((item) => item.rooms);
  const drop = (roomStayIds?: string[]) => cancel(guest, { bookingId, roomStayIds, expectedFee: 0, idempotencyKey: newId() });
  expect(await roomsIn("upcoming")).toEqual([2]);
  const [first] = (await get(guest, { bookingId })).stays;
  await drop([first!.id]);
  expect(await roomsIn("upcoming")).toEqual([1]);
  await drop();
  expect(await roomsIn("cancelled")).toEqual([2]);
});

test("the history's pages hold each booking once, in order", async () => {
  const account = await signUp(gateway);
  const world = await createProperty(database.db, { rooms: [{ units: 20 }] });
  const signedIn = gateway.ctx.as({ kind: "guest", anonId: newId(), userId: account.userId });
  const made: string[] = [];
  for (const checkIn of ["2027-03-05", "2027-03-01", "2027-03-03", "2027-03-03", "2027-03-02"]) {
    const { bookingId } = await holdStay(signedIn, world, { checkIn, nights: 1 });
    await startPayment(signedIn, { bookingId, method: "property", idempotencyKey: newId() });
    made.push(bookingId);
  }
  const pages: { id: string; checkIn: string }[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: { id: string; checkIn: string }[]; nextCursor?: string } = (
      await callWire<{ items: { id: string; checkIn: string }[]; nextCursor?: string }>(
        gateway,
        "bookings.mine",
        { scope: "upcoming", limit: 2, ...(cursor && { cursor }) },
        { cookie: account.cookie },
      )
    ).data!;
    pages.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  expect(pages.map((item) => item.checkIn)).toEqual(["2027-03-01", "2027-03-02", "2027-03-03", "2027-03-03", "2027-03-05"]);
  expect(pages.map((item) => item.id).toSorted()).toEqual(made.toSorted());
});

test("signing in needs the password, and signing out ends the session at once", async () => {
  const account = await signUp(gateway);
  expect((await postAuth(gateway, "sign-in/email", { email: account.email, password: "not the password" })).status).toBe(401);
  const signedIn = await postAuth(gateway, "sign-in/email", { email: account.email, password: PASSWORD });
  expect(signedIn.status).toBe(200);
  const cookie = cookiesOf(signedIn);
  expect(await mine({ cookie })).toEqual([]);
  expect((await postAuth(gateway, "sign-out", {}, cookie)).status).toBe(200);
  expect((await callWire(gateway, "bookings.mine", { scope: "upcoming" }, { cookie })).error?.data.domain?.code).toBe("UNAUTHENTICATED");
});

test("a reset by mail sets the new password, ends every session, and the link works once", async () => {
  const account = await signUp(gateway);
  await askReset(gateway, account.email);
  const token = await tokenTo(account.email, "reset");
  expect((await postAuth(gateway, "reset-password", { token, newPassword: "a wholly new password" })).status).toBe(200);
  expect((await postAuth(gateway, "reset-password", { token, newPassword: "yet another password" })).status).toBe(400);
  expect((await signIn(gateway, account.email)).status).toBe(401);
  expect((await signIn(gateway, account.email, "a wholly new password")).status).toBe(200);
  expect(await signedInAs(gateway, account.cookie)).toBeUndefined();
  expect((await callWire(gateway, "bookings.mine", { scope: "upcoming" }, { cookie: account.cookie })).error?.data.domain?.code).toBe("UNAUTHENTICATED");
});

test("asking for a reset tells nobody who has an account", async () => {
  const account = await signUp(gateway);
  const [known, unknown] = await Promise.all([account.email, "nobody@guest.test"].map(async (email) => (await postAuth(gateway, "request-password-reset", { email })).text()));
  expect(unknown).toBe(known);
});

test("a look-up by code and address gives the booking's token; a wrong one of either says the same", async () => {
  const email = `${newId()}@guest.test`;
  const bookingId = await guestBooking(email);
  const [row] = await database.db.query.bookings.findMany({ where: (booking, { eq }) => eq(booking.id, bookingId) });
  const look = (code: string, address: string) => callWire<{ bookingId: string; token: string }>(gateway, "bookings.lookup", { code, email: address }, { type: "mutation" });
  const found = await look(`${row!.code.slice(0, 5).toLowerCase()}-${row!.code.slice(5)}`, ` ${email.toUpperCase()} `);
  expect(found.data?.bookingId).toBe(bookingId);
  expect((await callWire(gateway, "bookings.get", found.data)).data).toMatchObject({ id: bookingId });
  const wrong = [await look("ABCDEFGHJK", email), await look(row!.code, "nobody@guest.test")];
  expect(wrong.map((answer) => answer.error?.data.domain)).toEqual([
    { code: "NOT_FOUND", facts: { what: "booking" } },
    { code: "NOT_FOUND", facts: { what: "booking" } },
  ]);
});

test("today is for the members of the property's own organisation; to others the property isn't there", async () => {
  const world = await createProperty(database.db);
  const foreign = await createProperty(database.db);
  const bookingId = await guestBooking("ana@guest.test", world);
  await guestBooking("ana@guest.test", foreign);
  const staff = await signUp(gateway);
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId: staff.userId, role: "member" });
  const today = (propertyId: string, cookie?: string) =>
    callWire<{ arrivals: { bookingId: string }[] }>(gateway, "admin.inventory.today", { propertyId, date: FIRST_NIGHT }, cookie === undefined ? {} : { cookie });

  expect((await today(world.propertyId, staff.cookie)).data?.arrivals.map((row) => row.bookingId)).toEqual([bookingId]);
  expect((await today(foreign.propertyId, staff.cookie)).error?.data.domain).toEqual({ code: "NOT_FOUND", facts: { what: "property" } });
  expect((await today(newId(), staff.cookie)).error?.data.domain).toEqual({ code: "NOT_FOUND", facts: { what: "property" } });
  expect((await today(world.propertyId)).error?.data.domain?.code).toBe("UNAUTHENTICATED");
  expect((await today(world.propertyId, (await signUp(gateway)).cookie)).error?.data.domain?.code).toBe("NOT_FOUND");
  const own = await callWire<{ id: string }[]>(gateway, "admin.inventory.myProperties", undefined, { cookie: staff.cookie });
  expect(own.data?.map((property) => property.id)).toEqual([world.propertyId]);
});

test("a large house's day is whole, and one that is larger than an answer says so", async () => {
  const world = await createProperty(database.db);
  const staff = await signUp(gateway);
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId: staff.userId, role: "member" });
  const bookingId = await guestBooking("bus@guest.test", world);
  /** The booking's one room stay, so many times more. */
  const add = (first: number, last: number) =>
    database.db.execute(sql`
      insert into room_stays (property_id, id, booking_id, position, room_type_id, product_id, state, check_in, check_out, adults, room_name, rate_name, meal, total, charges, policy)
      select property_id, gen_random_uuid(), booking_id, n, room_type_id, product_id, state, check_in, check_out, adults, room_name, rate_name, meal, total, charges, policy
      from room_stays cross join generate_series(${first}::int, ${last}::int) n where booking_id = ${bookingId} and position = 0`);
  const today = async () => {
    const answer = await callWire<{ whole: boolean; arrivals: unknown[] }>(
      gateway,
      "admin.inventory.today",
      { propertyId: world.propertyId, date: FIRST_NIGHT },
      { cookie: staff.cookie },
    );
    return { whole: answer.data?.whole, arrivals: answer.data?.arrivals.length };
  };
  await add(1, 799);
  expect(await today()).toEqual({ whole: true, arrivals: 800 });
  await add(800, 5000);
  expect(await today()).toEqual({ whole: false, arrivals: 5000 });
});
