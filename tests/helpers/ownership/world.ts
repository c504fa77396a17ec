import { eq, sql } from "drizzle-orm";
import { bookingChanges, bookings, deliveries, incidents, invitations, members, organizations, payments, properties, users } from "../../../db/schema/index.ts";
import { addDays, dateIn } from "../../../server/platform/dates.ts";
import { newId } from "../../../server/platform/ids.ts";
import { cookiesOf, signUp } from "../account.ts";
import { wish } from "../booking.ts";
import type { Gateway } from "../gateway.ts";
import { callWire } from "../trpc.ts";
import { createProperty, type World } from "../world.ts";
import { HOUSES, OWNERS, type AskerName, type House, type Owned, type Owner, type Owners, type Situation } from "./parties.ts";
import { canariesOf } from "./whose.ts";

const SITUATIONS: Situation[] = ["past", "upcoming", "cancelled", "held"];

/** A text of letters that stands nowhere else. */
function mark(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => String.fromCodePoint(97 + (byte % 26))).join("");
}

let phones = 0;

/** Everybody whom a read has to keep apart, each with bookings in each situation; the clock stands after the past ones. */
export async function makeOwners(gateway: Gateway): Promise<Owners> {
  const { ctx } = gateway;
  const today = dateIn("Asia/Makassar", ctx.clock.now());
  const houses = {} as Owners["houses"];
  for (const house of Object.keys(HOUSES) as House[]) {
    const publishedAt = house === "hidden" ? null : new Date("2026-01-01T00:00:00Z");
    houses[house] = await createProperty(ctx.db, { from: today, days: 60, rooms: [{ units: 60, name: `Room ${mark()}` }], property: { name: `House ${mark()}`, publishedAt } });
  }
  for (const [one, other] of [
    ["sister", "first"],
    ["hidden", "foreign"],
  ] as const) {
    await ctx.db.update(properties).set({ organizationId: houses[other].organizationId }).where(eq(properties.id, houses[one].propertyId));
    houses[one].organizationId = houses[other].organizationId;
  }
  const askers = await makeAskers(gateway, houses);
  const dates = { past: addDays(today, 2), upcoming: addDays(today, 40) };
  const [invitation] = await ctx.db
    .insert(invitations)
    .values({
      id: newId(),
      organizationId: houses.first.organizationId,
      email: askers.other.email!,
      role: "member",
      status: "pending",
      expiresAt: new Date(Date.now() + 86_400_000),
      inviterId: askers.staff.userId!,
    })
    .returning();

  const owned: Owned[] = [];
  for (const situation of SITUATIONS) {
    // Once those are over, the others are made.
    if (situation === "upcoming") await ctx.advance(6 * 86_400_000);
    for (const owner of Object.keys(OWNERS) as Owner[]) {
      const elsewhere: House[] = situation === "upcoming" && (owner === "cookie" || owner === "verified") ? ["sister", "foreign"] : [];
      for (const house of ["first" as const, ...elsewhere]) {
        owned.push(await makeBooking(gateway, askers, houses[house], { owner, house, situation }, situation === "past" ? dates.past : dates.upcoming));
      }
    }
  }
  const now = dateIn("Asia/Makassar", ctx.clock.now());
  const places = Object.values(houses).map(({ propertyId }) => ({ propertyId, dates: [dates.past, dates.upcoming, now] }));
  const world = { gateway, askers, houses, invitationId: invitation!.id, bookings: owned, canaries: [], places };
  return { ...world, canaries: await canariesOf(world) };
}

async function makeAskers(gateway: Gateway, houses: Owners["houses"]): Promise<Owners["askers"]> {
  const browser = async (): Promise<string> => cookiesOf(await gateway.request("/auth/get-session"));
  const account = async (name: AskerName, emailVerified: boolean) => {
    const { userId, email, cookie } = await signUp(gateway, `${mark()}@guest.test`);
    await gateway.ctx.db
      .update(users)
      .set({ emailVerified, name: `Person ${mark()}` })
      .where(eq(users.id, userId));
    return { name, userId, email, cookie: `${cookie}; ${await browser()}` };
  };
  const askers = {
    nobody: { name: "nobody", cookie: "" },
    stranger: { name: "stranger", cookie: await browser() },
    cookie: { name: "cookie", cookie: await browser() },
    link: { name: "link", cookie: await browser() },
    verified: await account("verified", true),
    unverified: await account("unverified", false),
    other: await account("other", true),
    staff: await account("staff", true),
    foreignStaff: await account("foreignStaff", true),
  } satisfies Owners["askers"];
  for (const [asker, house] of [
    ["staff", "first"],
    ["foreignStaff", "foreign"],
  ] as const) {
    const { organizationId } = houses[house];
    await gateway.ctx.db.insert(members).values({ id: newId(), organizationId, userId: askers[asker].userId, role: "owner" });
    await gateway.ctx.db
      .update(organizations)
      .set({ name: `Organisation ${mark()}` })
      .where(eq(organizations.id, organizationId));
  }
  return askers;
}

async function makeBooking(gateway: Gateway, askers: Owners["askers"], world: World, of: Pick<Owned, "owner" | "house" | "situation">, checkIn: string): Promise<Owned> {
  const { owner, situation } = of;
  const email = {
    address: askers.verified.email,
    unproven: askers.unverified.email,
    cookie: undefined,
    link: undefined,
    verified: undefined,
    unverified: undefined,
    other: undefined,
  }[owner];
  const cookie = owner === "address" || owner === "unproven" || owner === "link" ? cookiesOf(await gateway.request("/auth/get-session")) : askers[owner].cookie;
  const guest = { name: `Guest ${mark()}`, email: email ?? `${mark()}@guest.test`, phone: `+62812${10_000_000 + (phones += 1)}` };
  const held = { ...(await wish(gateway.ctx, world, { checkIn, nights: 2 })), guest, notes: `Note ${mark()}` };
  const { bookingId, code, token } = await mustDo<{ bookingId: string; code: string; token: string }>(gateway, cookie, "bookings.hold", held);
  if (situation !== "held") await mustDo(gateway, cookie, "payments.start", { bookingId, method: "property", idempotencyKey: keyOf("start", bookingId) });
  if (situation === "cancelled") await mustDo(gateway, cookie, "bookings.cancel", { bookingId, expectedFee: 0, idempotencyKey: keyOf("cancel", bookingId) });
  const [stay] = await gateway.ctx.db.query.roomStays.findMany({ where: (row, { eq: is }) => is(row.bookingId, bookingId) });
  const made = { ...of, bookingId, code, token, email: guest.email, roomStayId: stay!.id, held };
  return situation === "upcoming" ? { ...made, changeId: await addSurroundings(gateway, bookingId) } : made;
}

/** The owner's idempotency keys: who repeats them must not be given the owner's answers. */
export function keyOf(verb: "start" | "cancel" | "modify", bookingId: string): string {
  return `${verb}:${bookingId}`;
}

async function mustDo<T>(gateway: Gateway, cookie: string, procedure: string, input: unknown): Promise<T> {
  const answer = await callWire<T>(gateway, procedure, input, { type: "mutation", cookie });
  if (!answer.data) throw new Error(`${procedure}: ${answer.text}`);
  return answer.data;
}

/** What hangs on a booking: a draft change, an attempt to pay, a message, an incident. */
async function addSurroundings({ ctx: { db } }: Gateway, bookingId: string): Promise<string> {
  const [booking] = await db.select().from(bookings).where(eq(bookings.id, bookingId));
  const { propertyId, checkIn, checkOut, total, currency, version } = booking!;
  const changeId = newId();
  const later = sql`app_now() + interval '1 hour'`;
  await db
    .insert(bookingChanges)
    .values({ id: changeId, propertyId, bookingId, baseVersion: version, checkIn, checkOut, stays: [], held: [], total, dueOnline: total, due: 100, currency, expiresAt: later });
  const pageUrl = `https://pay.test/${mark()}`;
  await db
    .insert(payments)
    .values({ id: newId(), propertyId, bookingId, attempt: 1, provider: "stripe", state: "failed", amount: 100, currency, pageRef: mark(), pageUrl, paymentRef: mark() });
  await db.insert(deliveries).values({ id: newId(), propertyId, bookingId, kind: "held", channel: "email", version: 1, state: "sent", providerId: mark(), error: mark() });
  await db.insert(incidents).values({ id: newId(), cause: mark(), severity: "info", title: `Incident ${mark()}`, propertyId, bookingId, data: { note: mark() } });
  return changeId;
}
