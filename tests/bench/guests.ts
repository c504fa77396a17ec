import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { DEMO_KEYS } from "../../local/keys.ts";
import { guestCookie } from "../helpers/guest-cookie.ts";
import type { Answer, Load } from "./load.ts";
import type { World } from "./world.ts";

const NIGHTS = 3;
const DAY_MS = 86_400_000;

/** A booking ready to be made: its quote has been asked for. */
export interface Wish {
  propertyId: string;
  checkIn: string;
  checkOut: string;
  rooms: { productId: number; adults: number; childAges: number[] }[];
  quoteHash: string;
}

/** Quotes for so many bookings of three nights, spread at random over properties, room types and dates. */
export async function wishes(world: World, load: Load, count: number): Promise<Wish[]> {
  const sql = postgres(world.databaseUrl, { max: 1, onnotice: () => {} });
  const products = await sql<{ id: number; propertyId: string }[]>`
    select p.id, p.property_id as "propertyId" from products p join rate_plans r on r.property_id = p.property_id and r.id = p.rate_plan_id
    join properties h on h.id = p.property_id where r.payment <> 'online' and h.slug like '%-sample-%' order by random() limit ${Math.min(count, 20_000)}`;
  await sql.end();
  const found: Wish[] = [];
  let tries = 0;
  async function asker(): Promise<void> {
    while (found.length < count) {
      if (tries++ > count * 3) throw new Error("too few of the seeded nights can be booked");
      const product = products[Math.floor(Math.random() * products.length)]!;
      const asked = { propertyId: product.propertyId, ...randomStay(NIGHTS), rooms: [{ productId: product.id, adults: 2, childAges: [] }] };
      // Some nights are closed, or ask for a longer stay: another draw.
      const answer = await load.query("rooms.quote", asked).catch(() => undefined);
      const quote = answer && (JSON.parse(answer.body) as { result: { data: { hash: string; paymentMethods: string[] } } }).result.data;
      if (quote?.paymentMethods.includes("property")) found.push({ ...asked, quoteHash: quote.hash });
    }
  }
  await Promise.all(Array.from({ length: 8 }, asker));
  return found.slice(0, count);
}

/** Some nights of the coming ten months. */
export function randomStay(nights: number): { checkIn: string; checkOut: string } {
  const from = Date.now() + Math.floor(10 + Math.random() * 280) * DAY_MS;
  return { checkIn: new Date(from).toISOString().slice(0, 10), checkOut: new Date(from + nights * DAY_MS).toISOString().slice(0, 10) };
}

/** A guest who has no booking yet holds the wish: one request. The site has given the cookie at the first visit. */
export async function holdOnly(load: Load, wish: Wish, cookie?: string): Promise<Answer> {
  const guest = { name: "Bench Guest", email: `bench-${randomUUID().slice(0, 12)}@nightledger.test`, phone: "" };
  return load.mutate("bookings.hold", { ...wish, idempotencyKey: randomUUID(), guest }, cookie ?? (await guestCookie(DEMO_KEYS.AUTH_SECRET)));
}

/** A guest who has no booking yet holds the wish, and confirms it to be paid at the property: two requests. */
export async function book(load: Load, wish: Wish): Promise<void> {
  const cookie = await guestCookie(DEMO_KEYS.AUTH_SECRET);
  const held = await holdOnly(load, wish, cookie);
  const { bookingId, token } = (JSON.parse(held.body) as { result: { data: { bookingId: string; token: string } } }).result.data;
  const paid = await load.mutate("payments.start", { bookingId, token, idempotencyKey: randomUUID(), method: "property" }, cookie);
  if (!paid.body.includes('"confirmed"')) throw new Error(`not confirmed: ${paid.body.slice(0, 200)}`);
}
