import { mkdirSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { DEMO_PASSWORD } from "../../db/seed/accounts.ts";
import { addDays, dateIn } from "../../server/platform/dates.ts";
import { type RunningApp, startApp } from "./app.ts";
import { findChromium } from "./chromium.ts";
import { createDatabase, type TestDatabase } from "./database.ts";
import { openApi } from "./journey.ts";
import { emptyRedis } from "./redis.ts";

/** Where pictures of failed tests and of all screens are left. */
export const PICTURES = "tests/.artifacts/screens";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** How long what comes by itself may take: for `expect.poll`. */
export const PATIENCE = { timeout: 15_000, interval: 50 };

type Api = ReturnType<typeof openApi>;
type Method = "stripe" | "midtrans" | "property";

interface OpenOptions {
  refusals?: number[];
  /** The test cuts answers off: Chromium's own words on that are expected. */
  offline?: boolean;
  as?: string;
  /** Before anything is asked for. */
  prepare?: (page: Page) => Promise<unknown>;
}

export interface DemoSite {
  /** The app's address, without a slash at its end. */
  readonly url: string;
  readonly database: TestDatabase;
  /**
   * A page in a context of its own: nobody's cookies. Console errors, uncaught errors and breaches of the page's policy
   * fail the test; `refusals` are the statuses of answers that the test provokes, which Chromium itself reports, `offline` those it cuts off.
   * `as` is the address of a demo account to be signed in with.
   */
  open(path: string, options?: OpenOptions): Promise<Page>;
  /** The public API as another guest uses it. */
  api(): Api;
  /** Moves the app's, its database's and the stand-ins' clocks forward; the browser's is `page.clock`. */
  advance(ms: number): Promise<void>;
  /** Waits for the one mail to the address with such a subject. */
  mailTo(address: string, subject: RegExp): Promise<Mail>;
}

export interface Mail {
  subject: string;
  text: string;
  attachments: { filename: string }[];
}

/** The built app on the demo's data for one test file, in one Chromium. To be called at the file's top: it registers the hooks. `env`: the app's own. */
export function useDemoSite(env: Record<string, string> = {}): DemoSite {
  const site = {} as { -readonly [Key in keyof DemoSite]: DemoSite[Key] };
  const contexts: BrowserContext[] = [];
  const troubles: string[] = [];
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const browser = await chromium.launch({ executablePath: findChromium(), args: ARGS });
    closers.push(() => browser.close());
    const running = await startDemo(closers, env);
    Object.assign(site, running, {
      open: async (path, options) => {
        const { page, context } = await openPage(browser, running.url, troubles, options);
        contexts.push(context);
        await options?.prepare?.(page);
        await page.goto(running.url + path);
        return page;
      },
    } satisfies Pick<DemoSite, "open">);
  });

  afterEach(async ({ task }) => {
    const pages = contexts.flatMap((context) => context.pages());
    if (task.result?.state === "fail") for (const [index, page] of pages.entries()) await picture(page, `failed ${task.name} ${index + 1}`);
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(troubles.splice(0), "what the browser complained of").toEqual([]);
  });

  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
  });
  return site;
}

async function startDemo(closers: (() => Promise<void>)[], env: Record<string, string>): Promise<Omit<DemoSite, "open">> {
  const database = await createDatabase({ demo: true });
  closers.push(() => database.drop());
  const app = await startApp({ databaseUrl: database.url, redisUrl: await emptyRedis(), env });
  closers.push(() => app.stop());
  let offset = 0;
  return {
    url: app.url,
    database,
    api: () => openApi(app.url),
    async advance(ms) {
      offset += ms;
      await database.moveClock(ms);
      app.cloud.clock.setOffset(offset);
    },
    mailTo: (address, subject) => mailTo(app, address, subject),
  };
}

async function openPage(browser: Browser, origin: string, troubles: string[], { refusals = [], offline = false, as }: OpenOptions = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(15_000);
  context.on("weberror", (error) => troubles.push(`uncaught: ${error.error().stack}`));
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const refused = /Failed to load resource: the server responded with a status of (\d+)/.exec(message.text())?.[1];
    if (refused && refusals.includes(Number(refused))) return;
    if (offline && /net::ERR_(INTERNET_DISCONNECTED|FAILED|ABORTED)/.test(message.text())) return;
    troubles.push(`${message.type()}: ${message.text()} (${message.location().url.replace(origin, "")})`);
  });
  if (as) {
    const answer = await context.request.post(`${origin}/auth/sign-in/email`, { data: { email: as, password: DEMO_PASSWORD } });
    expect(answer.status(), `signing in as ${as}`).toBe(200);
  }
  return { context, page: await context.newPage() };
}

/** Waits until the keyboard is there. */
export async function expectFocus(control: Locator): Promise<void> {
  await expect.poll(() => hasFocus(control), PATIENCE).toBe(true);
}

export function hasFocus(control: Locator): Promise<boolean> {
  return control.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** Leaves a picture of the whole page in `PICTURES`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name.replaceAll(/[^\w-]+/g, "-").slice(0, 80)}.png`, fullPage: true });
}

async function mailTo({ cloud }: RunningApp, address: string, subject: RegExp): Promise<Mail> {
  const read = async (): Promise<Mail[]> => {
    const response = await fetch(`${cloud.env["RESEND_BASE_URL"]}/inbox/api/messages?to=${encodeURIComponent(address)}`);
    const { messages } = (await response.json()) as { messages: Mail[] };
    return messages.filter((message) => subject.test(message.subject));
  };
  await expect.poll(read, PATIENCE).toHaveLength(1);
  return (await read())[0]!;
}

/** The one link in the mail whose path begins so. */
export function linkIn(mail: Mail, path: string): string {
  const found = mail.text.match(/https?:\/\/[^\s<>")\]]+/g)?.find((link) => new URL(link).pathname.startsWith(path));
  if (!found) throw new Error(`no link to ${path} in: ${mail.text}`);
  return found;
}

export interface Wish {
  slug: string;
  /** Arrival, in days from the hotel's today; the first later day that can be had. */
  inDays?: number;
  method?: Method;
}

export type Stay = Awaited<ReturnType<typeof findStay>>;

/** Two nights for two adults at a rate that takes the method, the flexible one where there is a choice. */
export async function findStay(api: Api, { slug, inDays = 40, method = "property" }: Wish) {
  const property = await api.hotels.bySlug.query({ slug, locale: "en" });
  const rooms = [{ adults: 2, childAges: [] as number[] }];
  for (let later = 0; later < 30; later++) {
    const checkIn = addDays(dateIn(property.zone, new Date()), inDays + later);
    const checkOut = addDays(checkIn, 2);
    const { roomTypes } = await api.rooms.availability.query({ propertyId: property.id, checkIn, checkOut, rooms });
    for (const { roomTypeId, left, offers } of roomTypes) {
      const wrong = method === "property" ? "online" : "property";
      const offer = offers.find(({ refusal, totals, payment }) => !refusal && totals[0] !== null && payment !== wrong);
      if (left < 1 || !offer) continue;
      const roomName = property.roomTypes.find((type) => type.id === roomTypeId)!.name;
      const choice = `in=${checkIn}&out=${checkOut}&rooms=2`;
      return {
        property,
        checkIn,
        checkOut,
        roomName,
        left,
        offer,
        choice,
        asked: { propertyId: property.id, checkIn, checkOut, rooms: [{ ...rooms[0]!, productId: offer.productId }] },
      };
    }
  }
  throw new Error(`${slug} has no two nights free in a month`);
}

export interface Held {
  bookingId: string;
  code: string;
  token: string;
  email: string;
  total: number;
  stay: Stay;
}

/** Holds such a stay through the API, where the way to it isn't the point; confirmed too where `confirm` says so. */
export async function bookStay(api: Api, wish: Wish & { email?: string; confirm?: boolean }): Promise<Held> {
  const stay = await findStay(api, wish);
  const email = wish.email ?? newAddress();
  const quote = await api.rooms.quote.query(stay.asked);
  const held = await api.bookings.hold.mutate({ ...stay.asked, quoteHash: quote.hash, guest: { name: "Ayu Lestari", email }, idempotencyKey: crypto.randomUUID() });
  if (wish.confirm) await api.payments.start.mutate({ bookingId: held.bookingId, method: "property", idempotencyKey: crypto.randomUUID() });
  return { ...held, email, stay };
}

/** A mail address nobody has used. */
export function newAddress(): string {
  return `ayu-${crypto.randomUUID().slice(0, 8)}@guest.test`;
}
