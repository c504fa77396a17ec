import { createTRPCClient, httpLink } from "@trpc/client";
import { expect } from "vitest";
import type { RunningCloud } from "../../local/cloud.ts";
import { addDays } from "../../server/platform/dates.ts";
import type { AppRouter } from "../../server/router.ts";
import type { TestDatabase } from "./database.ts";
import { createProperty } from "./world.ts";

/** An app under test, whichever entry serves it. */
export interface Place {
  url: string;
  cloud: RunningCloud;
  database: TestDatabase;
}

type Api = ReturnType<typeof openApi>;

const PATIENCE = { timeout: 15_000, interval: 50 };

/** The official client over HTTP, as a browser uses it: its cookie is kept from call to call; without one it gets one and asks again. */
export function openApi(url: string) {
  let cookie: string | undefined;
  const keeping = async (input: RequestInfo, init: RequestInit): Promise<Response> => {
    const came = cookie;
    const headers = new Headers(init.headers);
    if (came) headers.set("cookie", came);
    const response = await fetch(input, { ...init, headers });
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return response.status === 412 && !came && cookie ? keeping(input, init) : response;
  };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc`, fetch: (input, init) => keeping(input as RequestInfo, init as RequestInit) })] });
}

/** Finds a place and a hotel there, pays at the property, reads the mail, finds the booking again by its code, and cancels it. */
export async function journeyAtProperty(place: Place): Promise<void> {
  const { api, held, email } = await findAndHold(place);
  expect(await api.payments.start.mutate({ bookingId: held.bookingId, method: "property", idempotencyKey: crypto.randomUUID() })).toEqual({ status: "confirmed" });
  const mail = await mailTo(place, email, /^Confirmed/);
  expect(mail.text).toContain(held.code);
  expect(mail.attachments).toHaveLength(1);

  // Another browser, which knows the mail's code alone.
  const other = openApi(place.url);
  const found = await other.bookings.lookup.mutate({ code: held.code, email });
  expect(found.bookingId).toBe(held.bookingId);
  expect(await other.bookings.get.query(found)).toMatchObject({ state: "confirmed", total: held.total, payment: "property" });
  const quote = await cancelWhole(other, found);
  expect(quote).toMatchObject({ fee: 0, refund: 0 });
  await mailTo(place, email, /^Cancelled/);
  await expect(other.bookings.get.query({ bookingId: held.bookingId })).rejects.toThrow("NOT_FOUND");
}

/** Pays on the hosted page, is confirmed by the webhook and charged by the job, cancels in time, and gets the money back. */
export async function journeyByCard(place: Place): Promise<void> {
  const { api, held, email } = await findAndHold(place);
  const started = await api.payments.start.mutate({ bookingId: held.bookingId, method: "stripe", idempotencyKey: crypto.randomUUID() });
  if (started.status !== "redirect") throw new Error("an online payment needs its page");
  await payPage(place, started.redirectUrl, "4000000000000002", "declined");
  expect(await api.bookings.get.query(held)).toMatchObject({ state: "pending", canPay: true });
  await payPage(place, started.redirectUrl, "4242424242424242", "succeeded");

  await expect.poll(() => api.payments.status.query(held), PATIENCE).toEqual({ booking: "confirmed", payment: "captured" });
  expect(await api.bookings.get.query(held)).toMatchObject({ state: "confirmed", paid: held.total, refunded: 0 });
  await mailTo(place, email, /^Confirmed/);

  const quote = await cancelWhole(api, held);
  expect(quote).toMatchObject({ fee: 0, refund: held.total });
  await expect.poll(async () => (await api.bookings.get.query(held)).refunds, PATIENCE).toEqual([{ amount: held.total, state: "succeeded", isGift: false, waits: false }]);
}

/** A new guest finds a new property by its place and holds its room for two nights. */
async function findAndHold({ url, database }: Place) {
  const api = openApi(url);
  const checkIn = addDays(new Date().toISOString().slice(0, 10), 60);
  const checkOut = addDays(checkIn, 2);
  const mark = crypto.randomUUID();
  const world = await createProperty(database.db, { from: checkIn, destination: { name: `Port ${mark}` } });
  const rooms = [{ adults: 2, childAges: [] }];

  const [destination] = await api.search.destinations.query({ text: `port ${mark}` });
  expect(destination?.id).toBe(world.destinationId);
  const hotels = await api.search.hotels.query({ destinationId: world.destinationId, checkIn, checkOut, rooms });
  expect(hotels.items.map((hotel) => hotel.slug)).toEqual([world.slug]);
  const hotel = await api.hotels.bySlug.query({ slug: world.slug, locale: "en" });
  const availability = await api.rooms.availability.query({ propertyId: hotel.id, checkIn, checkOut, rooms });
  expect(availability.roomTypes[0]).toMatchObject({ roomTypeId: world.roomTypeId, left: 2 });
  const offer = availability.roomTypes[0]!.offers[0]!;
  const asked = { propertyId: hotel.id, checkIn, checkOut, rooms: [{ ...rooms[0]!, productId: offer.productId }] };
  const quote = await api.rooms.quote.query(asked);
  // Two nights at 100.00, ten percent tax on top: the same wherever the guest reads it.
  expect([hotels.items[0]!.cheapest.total, offer.totals[0], quote.total]).toEqual([22_000, 22_000, 22_000]);

  const email = `guest-${mark}@example.test`;
  const order = { ...asked, quoteHash: quote.hash, guest: { name: "Ayu Lestari", email }, idempotencyKey: crypto.randomUUID() };
  const held = await api.bookings.hold.mutate(order);
  expect(await api.bookings.hold.mutate(order)).toEqual(held);
  expect(held.total).toBe(quote.total);
  const after = await api.rooms.availability.query({ propertyId: hotel.id, checkIn, checkOut, rooms });
  expect(after.roomTypes[0]!.left).toBe(1);
  return { api, held, email };
}

async function cancelWhole(api: Api, ref: { bookingId: string; token: string }) {
  const quote = await api.bookings.cancelQuote.query(ref);
  const cancelled = await api.bookings.cancel.mutate({ ...ref, expectedFee: quote.fee, idempotencyKey: crypto.randomUUID() });
  expect(cancelled).toMatchObject({ state: "cancelled", fee: quote.fee, refund: quote.refund });
  expect((await api.bookings.get.query(ref)).state).toBe("cancelled");
  return quote;
}

/** What the guest does on the provider's page. */
async function payPage({ cloud }: Place, page: string, card: string, outcome: string): Promise<void> {
  const session = new URL(page).pathname.split("/").at(-1);
  const response = await fetch(`${cloud.env["STRIPE_API_BASE"]}/_test/sessions/${session}/pay`, { method: "POST", body: JSON.stringify({ card }) });
  expect(await response.json()).toMatchObject({ outcome });
}

interface Mail {
  subject: string;
  text: string;
  attachments: unknown[];
}

/** Waits for the one mail with that subject; a second would be one too many. */
export async function mailTo({ cloud }: Place, address: string, subject: RegExp): Promise<Mail> {
  const read = async (): Promise<Mail[]> => {
    const response = await fetch(`${cloud.env["RESEND_BASE_URL"]}/inbox/api/messages?to=${encodeURIComponent(address)}`);
    const { messages } = (await response.json()) as { messages: Mail[] };
    return messages.filter((message) => subject.test(message.subject));
  };
  await expect.poll(read, PATIENCE).toHaveLength(1);
  return (await read())[0]!;
}
