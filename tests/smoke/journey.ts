import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { exponentOf } from "../../server/platform/money.ts";
import type { AppRouter } from "../../server/router.ts";
import type { Deployment } from "./client.ts";
import { isStandIn, payOnPage } from "./pay.ts";

export type Method = "stripe" | "midtrans" | "property";
type Quote = inferRouterOutputs<AppRouter>["rooms"]["quote"];
type Hold = inferRouterOutputs<AppRouter>["bookings"]["hold"];
type Booking = inferRouterOutputs<AppRouter>["bookings"]["get"];
type Stay = Pick<inferRouterInputs<AppRouter>["rooms"]["quote"], "checkIn" | "checkOut"> & { rooms: { adults: number; childAges: number[] }[] };

/** Runs one step: shows its line with its time, or the failure. */
export type Step = <T>(name: string, work: () => Promise<T>, note?: (result: T) => string) => Promise<T>;

export interface Guest {
  name: string;
  email: string;
}

/** How long payments, refunds and jobs may take, in milliseconds. */
const PATIENCE_MS = 60_000;
/** Far enough ahead that cancelling is free by most policies. */
const DAYS_AHEAD = 45;
const NIGHTS = 2;

/**
 * The main job: search, quote, hold, pay, confirmed, history, cancel, refunded.
 * @returns what was left out, if anything: a real provider's page needs a person
 * @throws at the first step that fails
 */
export async function journey(site: Deployment, step: Step, method: Method, place: string, guest: Guest): Promise<string | undefined> {
  const { api } = site;
  const destinationId = await step(
    "search.destinations",
    () => findPlace(site, place),
    ({ name, propertyCount }) => `${name}, ${propertyCount} properties`,
  ).then(({ id }) => id);
  const checkIn = day(DAYS_AHEAD);
  const stay = { checkIn, checkOut: day(DAYS_AHEAD + NIGHTS), rooms: [{ adults: 2, childAges: [] }] };
  const hotels = await step(
    "search.hotels",
    () => api.search.hotels.query({ destinationId, ...stay }),
    ({ items }) => `${items.length} can be booked from ${checkIn}`,
  );
  const quote = await step(
    "rooms.quote",
    () =>
      quoteOf(
        site,
        hotels.items.map((hotel) => hotel.propertyId),
        stay,
        method,
      ),
    (found) => (found ? money(found.total, found.currency) : `no rate is offered with ${method}`),
  );
  if (!quote) return `paying by ${method}: no rate in ${place} offers it`;
  const hold = await step(
    "bookings.hold",
    () => holdOf(site, quote, guest),
    ({ code }) => code,
  );
  const booking = { bookingId: hold.bookingId, token: hold.token };
  const started = await step(
    "payments.start",
    () => api.payments.start.mutate({ ...booking, idempotencyKey: randomUUID(), method }),
    ({ status }) => status,
  );
  if (started.status === "redirect") {
    if (method === "property") throw new Error("paying at the property leads to a page");
    if (!isStandIn(started.redirectUrl)) {
      await step(
        "bookings.cancel",
        () => cancel(site, booking),
        () => "the hold is let go",
      );
      return `paying by ${method}, and all that follows it: ${new URL(started.redirectUrl).host} is the provider's own page`;
    }
    await step("pay", () => payOnPage(started.redirectUrl, method));
  }
  await step(
    "confirmed",
    () =>
      until(
        () => api.payments.status.query(booking),
        (status) => status.booking === "confirmed",
      ),
    ({ payment }) => payment ?? "to be paid at the property",
  );
  await step("bookings.mine", () => historyHas(site, hold, "upcoming"));
  const answer = await step(
    "bookings.cancel",
    () => cancel(site, booking),
    ({ fee, refund, currency }) => `fee ${money(fee, currency)}, back ${money(refund, currency)}`,
  );
  await step(
    "refunded",
    () =>
      until(
        () => api.bookings.get.query(booking),
        (view) => moneyIsBack(view, answer.fee),
      ),
    whatCameBack,
  );
  await step("bookings.mine", () => historyHas(site, hold, "cancelled"));
  return undefined;
}

async function findPlace({ api }: Deployment, text: string) {
  const places = await api.search.destinations.query({ text });
  const best = places.find((place) => place.propertyCount > 0);
  if (!best) throw new Error(`no destination with properties is called "${text}": name one by --place`);
  return best;
}

/** The first rate of these properties that takes the method, preferably one that can be cancelled for nothing. */
async function quoteOf({ api }: Deployment, propertyIds: string[], stay: Stay, method: Method): Promise<Quote | undefined> {
  if (propertyIds.length === 0) throw new Error("nothing can be booked there");
  for (const propertyId of propertyIds) {
    const { roomTypes } = await api.rooms.availability.query({ propertyId, ...stay });
    const offers = roomTypes
      .filter((room) => room.left > 0)
      .flatMap((room) => room.offers)
      .filter((offer) => !offer.refusal && offer.totals.every((total) => total !== null) && offer.payment !== (method === "property" ? "online" : "property"))
      .toSorted((a, b) => Number(a.freeUntil === null) - Number(b.freeUntil === null));
    for (const { productId } of offers) {
      const quote = await api.rooms.quote.query({ propertyId, ...stay, rooms: stay.rooms.map((room) => ({ ...room, productId })) });
      if (quote.paymentMethods.includes(method)) return quote;
    }
  }
  return undefined;
}

function holdOf({ api }: Deployment, quote: Quote, guest: Guest): Promise<Hold> {
  return api.bookings.hold.mutate({
    idempotencyKey: randomUUID(),
    propertyId: quote.propertyId,
    checkIn: quote.checkIn,
    checkOut: quote.checkOut,
    rooms: quote.stays.map(({ productId, adults, childAges }) => ({ productId, adults, childAges })),
    quoteHash: quote.hash,
    guest,
  });
}

async function cancel({ api }: Deployment, booking: { bookingId: string; token: string }) {
  const shown = await api.bookings.cancelQuote.query(booking);
  return api.bookings.cancel.mutate({ ...booking, idempotencyKey: randomUUID(), expectedFee: shown.fee });
}

async function historyHas({ api }: Deployment, hold: Hold, scope: "upcoming" | "cancelled"): Promise<void> {
  const { items } = await api.bookings.mine.query({ scope });
  if (!items.some((item) => item.id === hold.bookingId)) throw new Error(`${hold.code} is not among the ${scope} trips`);
}

/** Nothing is reserved any more, and of what was taken only the fee is kept. */
function moneyIsBack(view: Booking, fee: number): boolean {
  const isReserved = view.payments.some((payment) => payment.state === "authorised");
  const isOnItsWay = view.refunds.some((refund) => refund.state === "requested");
  return view.state === "cancelled" && !isReserved && !isOnItsWay && view.paid - view.refunded <= fee;
}

function whatCameBack(view: Booking): string {
  if (view.payments.length === 0) return "nothing was taken online";
  if (view.refunds.length === 0) return view.payments.map((payment) => payment.state).join(", ");
  return view.refunds.map((refund) => `${money(refund.amount, view.currency)} ${refund.state}`).join(", ");
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await wait(100)) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1000} s; the last answer: ${JSON.stringify(value)}`);
  }
}

/** The date so many days from today, in UTC. */
function day(ahead: number): string {
  return new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
}

function money(minor: number, currency: string): string {
  return `${currency} ${(minor / 10 ** exponentOf(currency)).toLocaleString("en")}`;
}
