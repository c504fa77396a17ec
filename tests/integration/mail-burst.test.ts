import { afterAll, beforeAll, expect, test } from "vitest";
import { deadLetters } from "../../db/schema/jobs.ts";
import { startApp, type RunningApp } from "../helpers/app.ts";
import { wish } from "../helpers/booking.ts";
import { makeContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { openApi } from "../helpers/journey.ts";
import { createProperty } from "../helpers/world.ts";

const GUESTS = 20;
let database: TestDatabase;
let app: RunningApp;

beforeAll(async () => {
  database = await createDatabase();
  app = await startApp({ databaseUrl: database.url, ports: { qstash: 0, resend: 0 }, mailRate: 5 });
});

afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

test("twenty bookings at once bring twenty mails at the vendor's rate of five a second, each once, and no dead letter", { timeout: 90_000 }, async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 100 }] });
  const input = await wish(makeContext(database), world);
  const emails = Array.from({ length: GUESTS }, (_, guest) => `burst-${guest}-${crypto.randomUUID()}@guest.test`);
  const guests = [];
  for (const email of emails) {
    const api = openApi(app.url);
    const { bookingId } = await api.bookings.hold.mutate({ ...input, guest: { ...input.guest, email }, idempotencyKey: crypto.randomUUID() });
    guests.push({ api, bookingId });
  }
  await Promise.all(guests.map(({ api, bookingId }) => api.payments.start.mutate({ bookingId, method: "property", idempotencyKey: crypto.randomUUID() })));
  const read = async (): Promise<string[]> => {
    const response = await fetch(`${app.cloud.env["RESEND_BASE_URL"]}/inbox/api/messages`);
    const { messages } = (await response.json()) as { messages: { to: string | string[]; subject: string }[] };
    return messages.filter(({ subject }) => subject.startsWith("Confirmed")).flatMap(({ to }) => to);
  };
  await expect.poll(async () => new Set(await read()).size, { timeout: 60_000, interval: 250 }).toBe(GUESTS);
  expect((await read()).toSorted()).toEqual(emails.toSorted());
  expect(await database.db.select().from(deadLetters)).toEqual([]);
});
