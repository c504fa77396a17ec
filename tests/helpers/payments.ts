import { asc, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { incidents, payments, refunds } from "../../db/schema/index.ts";
import type { StayState } from "../../db/schema/bookings.ts";
import { startPayment } from "../../server/bookings/index.ts";
import { gatewayOf } from "../../server/payments/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { expectAudited, expectBooked, holdStay, stateOf } from "./booking.ts";
import { anonymous, type TestContext } from "./context.ts";
import { createDatabase, type TestDatabase } from "./database.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { createProperty, type World, type WorldOverrides } from "./world.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What a provider that is down answers. */
export const DOWN = { error: { type: "api_error", message: "Something went wrong on our end." }, status_code: "500", status_message: "internal" };

/** One unit, priced in rupiah, so that both providers can be paid. */
export const RUPIAH: WorldOverrides = {
  property: { currency: "IDR", paymentMethods: ["midtrans", "stripe", "property"] },
  rooms: [{ units: 1, prices: [100_000_00, 100_000_00] }],
};

/** Cancelling always costs the first night. */
export const STRICT: WorldOverrides = {
  rooms: [{ units: 1 }],
  policies: [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "nights", value: 1 } }] }],
};

type Provider = "stripe" | "midtrans";

/** A held booking whose guest stands on the provider's page. */
export interface Opened {
  world: World;
  guest: TestContext;
  bookingId: string;
  pageUrl: string;
}

/**
 * Real adapters against running stand-ins that send their webhooks to a running gateway. No queue unless
 * `publishing`: the test runs the jobs' verbs itself. Registers its own hooks; call it once a file.
 */
export function paymentDesk({ publishing = false }: { publishing?: boolean } = {}): PaymentDesk {
  const desk = new PaymentDesk();
  beforeAll(async () => {
    desk.database = await createDatabase();
  });
  beforeEach(async () => {
    desk.gateway = await startGateway(desk.database, { cloud: { stripe: 0, midtrans: 0, resend: 0, twilio: 0, ...(publishing && { qstash: 0 }) }, publishing });
    // The new stand-ins' clock joins the database's, which the tests before have moved.
    await desk.ctx.advance(0);
  });
  afterEach(async () => {
    await desk.ctx.settled();
    await desk.gateway.close();
    await expectAudited(desk.db);
    await expectBooked(desk.db);
  });
  afterAll(() => desk.database.drop());
  return desk;
}

export class PaymentDesk {
  database!: TestDatabase;
  gateway!: Gateway;

  get ctx(): TestContext {
    return this.gateway.ctx;
  }

  get db() {
    return this.database.db;
  }

  async onPage(method: Provider = "stripe", overrides: WorldOverrides = method === "midtrans" ? RUPIAH : { rooms: [{ units: 1 }] }): Promise<Opened> {
    const world = await createProperty(this.db, overrides);
    const guest = this.ctx.as(anonymous());
    const { bookingId } = await holdStay(guest, world);
    return { world, guest, bookingId, pageUrl: await this.pageOf(guest, bookingId, method) };
  }

  async pageOf(guest: TestContext, bookingId: string, method: Provider = "stripe", changeId?: string): Promise<string> {
    const started = await startPayment(guest, { bookingId, changeId, method, idempotencyKey: newId() });
    if (started.status !== "redirect") throw new Error(`confirmed instead of ${method}`);
    return started.redirectUrl;
  }

  payments(bookingId: string) {
    return this.db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(asc(payments.attempt));
  }

  /** The booking's only payment, or its first. */
  async payment(bookingId: string) {
    const [first] = await this.payments(bookingId);
    if (!first) throw new Error("nothing was paid");
    return first;
  }

  async refunds(bookingId: string) {
    const rows = await this.db
      .select()
      .from(refunds)
      .innerJoin(payments, eq(payments.id, refunds.paymentId))
      .where(eq(payments.bookingId, bookingId))
      .orderBy(asc(refunds.createdAt), asc(refunds.id));
    return rows.map((row) => row.refunds);
  }

  async states(bookingId: string): Promise<string[]> {
    return (await this.payments(bookingId)).map((payment) => payment.state);
  }

  /** The booking's incidents that wait for somebody. */
  async incidents(bookingId: string) {
    const rows = await this.db.select().from(incidents).where(eq(incidents.bookingId, bookingId)).orderBy(asc(incidents.firstAt));
    return rows.filter((row) => row.resolvedAt === null);
  }

  /** Waits for what the provider's webhook brings about. */
  becomes(bookingId: string, state: StayState): Promise<void> {
    return vi.waitFor(async () => expect(await stateOf(this.db, bookingId)).toEqual([state]), { timeout: 5000 });
  }

  /** Of every attempt, first to last. */
  paymentBecomes(bookingId: string, ...states: string[]): Promise<void> {
    return vi.waitFor(async () => expect(await this.states(bookingId)).toEqual(states), { timeout: 5000 });
  }

  /** What the providers themselves say that we have of the booking's guest: taken, and not given back. */
  async kept(bookingId: string): Promise<number> {
    let kept = 0;
    for (const payment of await this.payments(bookingId)) {
      const view = await gatewayOf(this.ctx.config, payment.provider).read({ ...payment, paymentId: payment.id });
      kept += view.captured - view.refunded;
    }
    return kept;
  }

  server(provider: Provider) {
    return this.gateway.cloud.servers[provider]!;
  }

  /** What a guest, a bank or the dashboard does at the provider (`refund`, `webhooks`, `orders/{id}/settle` …). */
  async control(provider: Provider, verb: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.server(provider).url}/_test/${verb}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${verb}: ${response.status} ${await response.text()}`);
  }

  /** A call that the merchant's own dashboard makes, in the API's words. */
  async dashboard(provider: Provider, path: string, body = ""): Promise<void> {
    const { STRIPE_SECRET_KEY: stripe, MIDTRANS_SERVER_KEY: midtrans } = this.ctx.config;
    const authorization = provider === "stripe" ? `Bearer ${stripe}` : `Basic ${btoa(`${midtrans}:`)}`;
    const type = provider === "stripe" ? "application/x-www-form-urlencoded" : "application/json";
    const response = await fetch(`${this.server(provider).url}${path}`, { method: "POST", headers: { authorization, "content-type": type }, body });
    const text = await response.text();
    if (!response.ok || /"status_code":"4/.test(text)) throw new Error(`${path}: ${response.status} ${text}`);
  }

  /** The provider's API answers nothing but errors until `comesBack`. */
  goesDown(provider: Provider, path = provider === "stripe" ? "/v1/" : "/v2/"): void {
    this.server(provider).faults.add({ calls: 10_000, status: 500, body: DOWN, path });
  }

  comesBack(provider: Provider): void {
    this.server(provider).faults.clear();
  }

  /** Lets the webhooks go astray: nobody of ours believes them. */
  loseWebhooks(): void {
    const config = { ...this.ctx.config, STRIPE_WEBHOOK_SECRET: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
    this.gateway.runtime.services = { ...this.ctx, config: { ...config, MIDTRANS_SERVER_KEY: "another" } };
  }
}

/** The guest's answer on the bank's page. */
export async function answer3ds(bankUrl: string | null, result: "complete" | "fail" = "complete"): Promise<string | null> {
  const response = await fetch(bankUrl ?? "", { method: "POST", body: new URLSearchParams({ result }), redirect: "manual" });
  return response.headers.get("location");
}
