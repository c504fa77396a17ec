import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AUTH_ROUTES } from "../../server/accounts/routes.ts";
import { newId } from "../../server/platform/ids.ts";
import { startApp, type RunningApp } from "../helpers/app.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { PATIENT } from "../helpers/queue.ts";
import { emptyRedis } from "../helpers/redis.ts";
import { createProperty, FIRST_NIGHT, type World } from "../helpers/world.ts";

// Whatever fails below it, nothing that the real process writes carries what people and vendors have sent it.

/** Each in the form in which its sort of text is sent; none of them is anywhere else in a log. */
const CANARIES = {
  password: "canary-password-7421",
  email: "canary-mailbox-7421@guest.test",
  name: "Canarina Seventyfour",
  phone: "+628127421742174",
  street: "74 Canary Street 21",
  token: "canarytoken74210000000000000000000000000000",
  address: "203.0.113.74",
  agent: "CanaryAgent/74.21",
};

/** A wire to Postgres that can be taken away, and on which every connection can be reset. */
async function openWire(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isUp = true;
  const server = createServer((from) => {
    if (!isUp) return void from.resetAndDestroy();
    const to = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.on("error", () => undefined);
      one.once("close", () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) if (!socket.destroyed) socket.resetAndDestroy();
    sockets.clear();
  };
  return {
    url: url.href,
    cut,
    take: () => {
      isUp = false;
      cut();
    },
    give: () => {
      isUp = true;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}

let database: TestDatabase;
let wire: Awaited<ReturnType<typeof openWire>>;
let app: RunningApp;
let world: World;
const statuses = new Map<number, number>();
beforeAll(async () => {
  database = await createDatabase();
  wire = await openWire(database.url);
  world = await createProperty(database.db, { rooms: [{ units: 50 }] });
  app = await startApp({ databaseUrl: wire.url, redisUrl: await emptyRedis(), env: { CLIENT_IP_HEADER: "x-forwarded-for", METRICS_TOKEN: "metrics", LOG_LEVEL: "debug" } });
});
afterAll(async () => {
  await app.stop();
  wire.close();
  await database.drop();
});

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const { token, address, agent } = CANARIES;
  const cookie = `nightledger.session_token=${token}.${"A".repeat(43)}%3D; nightledger.sign_up=${token}`;
  const headers = { origin: app.url, "content-type": "application/json", "x-forwarded-for": address, "user-agent": agent, cookie, ...(init.headers as Record<string, string>) };
  // Whoever gets no answer in the middle of a fault has gone away, as a browser would.
  const answer = await fetch(`${app.url}${path}`, { redirect: "manual", signal: AbortSignal.timeout(10_000), ...init, headers }).catch(() => undefined);
  if (!answer) return new Response("{}", { status: 504 });
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  return answer;
}

const post = (path: string, body: unknown) => send(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

/** One call of everything that takes a text, with canaries in it, well formed and not. */
async function callEverything(): Promise<void> {
  const { email, password, name, phone, street, token } = CANARIES;
  const guest = { name, email, phone };
  const auth: Record<string, unknown> = {
    "/auth/sign-up/email": { name, email, password },
    "/auth/sign-in/email": { email, password },
    "/auth/verify-email": { token, credential: { name, password } },
    "/auth/request-password-reset": { email },
    "/auth/reset-password": { token, newPassword: password },
    "/auth/change-password": { currentPassword: password, newPassword: `${password} anew` },
    "/auth/organization/invite-member": { email, role: "member", organizationId: token },
  };
  const stay = { propertyId: world.propertyId, checkIn: FIRST_NIGHT, checkOut: "2027-03-03", rooms: [{ productId: world.productId, adults: 2, childAges: [] }] };
  const quote = await send(`/trpc/rooms.quote?input=${encodeURIComponent(JSON.stringify(stay))}`);
  const { result } = (await quote.json().catch(() => ({}))) as { result?: { data: { hash: string } } };
  const held = await post("/trpc/bookings.hold", { ...stay, quoteHash: result?.data.hash ?? "0".repeat(32), guest, notes: street, idempotencyKey: newId() });
  const booking = ((await held.json().catch(() => ({}))) as { result?: { data: { bookingId: string; token: string } } }).result?.data;
  const ref = booking ? { bookingId: booking.bookingId, token: booking.token } : { bookingId: newId(), token };
  await Promise.all([
    ...[...AUTH_ROUTES.keys()].flatMap((route) => {
      const [method, path] = route.split(" ") as [string, string];
      if (method === "GET") return [send(`${path}?id=${token}`), send(path)];
      return [post(path, auth[path] ?? { invitationId: token }), post(path, `{"email":"${email}","password":"${password}`), post(path, { email: `${email}\u0000`, name: street })];
    }),
    send(`/auth/verify-email?token=${token}&callbackURL=/${email}`),
    post("/trpc/payments.start", { ...ref, method: "stripe", idempotencyKey: newId() }),
    post("/trpc/bookings.lookup", { code: "ABCDEFGHJK", email }),
    post("/trpc/bookings.hold", { guest, notes: street }),
    post("/trpc/bookings.hold", `{"guest":"${email}"`),
    send(`/trpc/bookings.get?input=${encodeURIComponent(JSON.stringify(ref))}`),
    send(`/trpc/bookings.mine?input=${encodeURIComponent(JSON.stringify({ scope: "upcoming" }))}`),
    send(`/trpc/${token}?input=${encodeURIComponent(email)}`),
    send(`/bookings/${ref.bookingId}/calendar.ics?token=${token}`),
    send(`/reset?token=${token}`),
    ...["stripe", "midtrans", "resend", "twilio", token].map((vendor) => post(`/webhooks/${vendor}?delivery=${token}`, { email, name, phone, street })),
    ...["tick", "dead-letter", "send-reset", token].map((job) => post(`/jobs/${job}`, { email, token })),
  ]);
}

async function expectQuiet(): Promise<void> {
  const metrics = await fetch(`${app.url}/metrics`, { headers: { authorization: "Bearer metrics" } });
  const all = `${app.log()}\n${await metrics.text()}`;
  for (const [what, canary] of Object.entries(CANARIES))
    expect(
      all.split("\n").filter((line) => line.includes(canary)),
      what,
    ).toEqual([]);
  expect(all).not.toMatch(/Failed query|params:|insert into|select "/);
  for (const line of app.log().trim().split("\n")) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
}

async function isBack(): Promise<void> {
  await vi.waitFor(async () => expect((await fetch(`${app.url}/health`)).status).toBe(200), PATIENT);
}

test("all is well: no failure of ours, and no word of anybody's in the output", async () => {
  for (let i = 0; i < 2; i += 1) await callEverything();
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  await expectQuiet();
}, 60_000);

test("Postgres is away: 503 everywhere that needs it, also where only a cookie is looked at, and nothing is printed", async () => {
  statuses.clear();
  wire.take();
  await callEverything();
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([503]);
  expect((await send("/auth/get-session", { headers: { cookie: await sessionCookie() } })).status).toBe(503);
  expect((await send("/trpc/bookings.mine?input=%7B%22scope%22%3A%22upcoming%22%7D", { headers: { cookie: await sessionCookie() } })).status).toBe(503);
  wire.give();
  await isBack();
  await expectQuiet();
}, 60_000);

/** A cookie that is rightly signed, of a session that may be anybody's. */
async function sessionCookie(): Promise<string> {
  const { keyFor, sign } = await import("../../server/platform/tokens.ts");
  const { DEMO_KEYS } = await import("../../local/keys.ts");
  const { token } = CANARIES;
  const mac = sign(keyFor(DEMO_KEYS.AUTH_SECRET, "session"), token).replaceAll("-", "+").replaceAll("_", "/");
  return `nightledger.session_token=${encodeURIComponent(`${token}.${mac}=`)}`;
}

test("every connection to Postgres is reset again and again while all of it is asked: the process lives, and prints nothing", async () => {
  for (let i = 0; i < 3; i += 1) {
    const asked = callEverything();
    for (let cuts = 0; cuts < 4; cuts += 1) {
      wire.cut();
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await asked;
  }
  await isBack();
  await expectQuiet();
}, 90_000);

test.each([
  ["Redis", "upstash"],
  ["the card provider", "stripe"],
  ["the mail vendor", "resend"],
  ["the queue", "qstash"],
] as const)(
  "%s answers with canaries and failures, then not at all",
  async (_, name) => {
    const { faults } = app.cloud.servers[name]!;
    const { email, token } = CANARIES;
    faults.add({ calls: 1000, status: 500, body: { error: { message: `no such thing: ${email}`, code: token } } });
    await callEverything();
    faults.clear();
    faults.add({ calls: 1000, drop: "before" });
    await callEverything();
    faults.clear();
    await isBack();
    await expectQuiet();
  },
  90_000,
);
