import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { members, users } from "../../db/schema/index.ts";
import { AUTH_ROUTES } from "../../server/accounts/routes.ts";
import { newId } from "../../server/platform/ids.ts";
import { askSignUp, linkToken, PASSWORD, postAuth, signUp, type Account } from "../helpers/account.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty } from "../helpers/world.ts";

// `/auth/` is an API of ours like tRPC's: a closed list of routes, and no input to any of them is a failure of ours.

const SEED = 20_270_301;
const RUNS = 120;

let database: TestDatabase;
let gateway: Gateway;
let account: Account;
/** Values that exist, by the field that takes them: a call must get past the schemas too. */
let real: Record<string, unknown>;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { resend: 0 }, publishing: false });
  const { organizationId } = await createProperty(database.db);
  account = await signUp(gateway);
  await database.db.insert(members).values({ id: newId(), organizationId, userId: account.userId, role: "owner" });
  const invited = await postAuth(gateway, "organization/invite-member", { email: `${newId()}@guest.test`, role: "admin", organizationId }, account.cookie);
  const { id } = (await invited.json()) as { id: string };
  const { email } = await askSignUp(gateway);
  real = {
    email: account.email,
    password: PASSWORD,
    currentPassword: PASSWORD,
    newPassword: "a wholly new password",
    name: "Ana Reis",
    token: await linkToken(gateway, email),
    organizationId,
    role: "member",
    invitationId: id,
    id,
    next: "/trips",
    credential: { name: "Ana Reis", password: PASSWORD },
    revokeOtherSessions: true,
  };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const FIELDS = ["callbackURL", "redirectTo", "image", "rememberMe", "data", "metadata", "slug", "emailVerified", "userId", "resend", "teamId", "__proto__", "constructor"];
const TEXTS = [
  "",
  "\u0000",
  "a\u0000b@guest.test",
  "\ud800",
  "\u202eevil",
  "ÿ€漢",
  "x".repeat(6000),
  `${"x".repeat(250)}@guest.test`,
  `data:image/png;base64,${"A".repeat(200_000)}`,
  "/..//evil.test",
  "https://evil.test",
  "%",
  "%00",
  "' or 1=1 --",
  "../../x",
  "a.b.c.d",
];
let deep: unknown = "x";
for (let i = 0; i < 4000; i += 1) deep = { a: deep };

const value = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.emailAddress(),
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, [], {}, deep),
  fc.object({ maxDepth: 2 }),
);

/** Of the route's fields mostly what exists, sometimes another's, sometimes anything; and fields that it doesn't know. */
function bodyOf(): fc.Arbitrary<Record<string, unknown>> {
  const field = (name: string) => fc.oneof({ weight: 5, arbitrary: fc.constant(real[name]) }, { weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(undefined) });
  const known = fc.record(Object.fromEntries(Object.keys(real).map((name) => [name, field(name)])));
  const strange = fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 2 }) });
  return fc.tuple(known, strange).map(([one, other]) => ({ ...one, ...other }));
}

const NAMES: Record<string, string[]> = {
  "/auth/get-session": [],
  "/auth/sign-out": [],
  "/auth/sign-up/email": ["name", "email", "password", "next"],
  "/auth/verify-email": ["token", "credential"],
  "/auth/sign-in/email": ["email", "password"],
  "/auth/request-password-reset": ["email"],
  "/auth/reset-password": ["token", "newPassword"],
  "/auth/change-password": ["currentPassword", "newPassword", "revokeOtherSessions"],
  "/auth/organization/invite-member": ["email", "role", "organizationId"],
  "/auth/organization/get-invitation": ["id"],
};

const HEADERS: Record<string, string>[] = [
  {},
  { "x-forwarded-for": "\u00ff, 1.2.3.4" },
  { "user-agent": "x".repeat(5000) },
  { cookie: "nightledger.session_token=%E0%A4%A.x; =; ;;" },
  { "accept-language": "ÿ;q=x,,," },
];

let inputs = 0;

test.each([...AUTH_ROUTES.keys()])(
  "%s answers every input civilly",
  async (route) => {
    const [method, path] = route.split(" ") as [string, string];
    const names = NAMES[path] ?? ["invitationId"];
    const seen = new Set<string>();
    const shape = bodyOf().map((all) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name) || !(name in real))));
    // Closes no session of the account that the others need.
    const cookies = path === "/auth/sign-out" || path === "/auth/change-password" ? [""] : ["", account.cookie];
    await fc.assert(
      fc.asyncProperty(shape, fc.constantFrom(...cookies), fc.constantFrom(...HEADERS), fc.string({ unit: "binary" }), async (body, cookie, headers, raw) => {
        const sent = raw.length % 13 === 1 ? raw : JSON.stringify(body);
        const query = new URLSearchParams(Object.entries(body).map(([key, one]): [string, string] => [key, String(one).slice(0, 4000)]));
        const answer = await gateway.request(method === "GET" ? `${path}?${query}` : path, {
          method,
          headers: { "content-type": "application/json", origin: gateway.url, ...headers, ...(cookie && { cookie }) },
          ...(method === "POST" && { body: sent }),
        });
        inputs += 1;
        const text = await answer.text();
        seen.add(`${answer.status} ${text.includes('"INVALID"') ? "at the door" : "behind it"}`);
        const told = `${answer.status} ${text.slice(0, 300)} for ${sent.slice(0, 500)} ${JSON.stringify(gateway.ctx.logged.at(-1))}`;
        expect(answer.status, told).toBeLessThan(500);
        expect(text, told).not.toMatch(/node_modules|\.ts:\d|Failed query|select "|insert into|postgres/i);
        const location = answer.headers.get("location");
        expect(location, told).toBeNull();
      }),
      { seed: SEED, numRuns: names.length === 0 ? 30 : RUNS },
    );
    // An attack that never gets past the door proves little.
    expect([...seen].join()).toContain("behind it");
  },
  120_000,
);

test("so many inputs were tried", () => {
  expect(inputs).toBeGreaterThan(1000);
});

test("every other route of the library is closed, by any method", async () => {
  const paths = Object.values(gateway.runtime.auth.api).map((endpoint) => (endpoint as { path?: string }).path);
  const closed = [...new Set(paths.filter((path) => path !== undefined))].flatMap((path) =>
    ["GET", "POST"].map((method) => ({ method, path: `/auth${path.replaceAll(/:\w+/g, "x")}` })),
  );
  expect(closed.length).toBeGreaterThan(60);
  for (const { method, path } of closed) {
    if (AUTH_ROUTES.has(`${method} ${path}`)) continue;
    const answer = await gateway.request(path, {
      method,
      headers: { "content-type": "application/json", origin: gateway.url, cookie: account.cookie },
      ...(method === "POST" && { body: "{}" }),
    });
    expect(answer.status, `${method} ${path}`).toBe(404);
  }
});

test.each([
  "/auth/verify-email?token=bad&callbackURL=/..//evil.test",
  "/auth/reset-password/x?callbackURL=%2F..%2F%2Fevil.test",
  "/auth/error?error=x",
  "/auth/callback/x?state=y",
])("%s leads nowhere", async (path) => {
  const answer = await gateway.request(path);
  expect([answer.status, answer.headers.get("location")]).toEqual([404, null]);
});

test.each([
  ["sign-up/email", "callbackURL", "/..//evil.test"],
  ["sign-in/email", "callbackURL", "/verify"],
  ["request-password-reset", "redirectTo", "https://evil.test"],
  ["sign-up/email", "image", "https://evil.test/x.png"],
  ["sign-up/email", "emailVerified", true],
])("%s takes no %s: where a link leads is nobody else's to say", async (path, field, given) => {
  const body = { email: `${newId()}@guest.test`, ...(path !== "request-password-reset" && { password: PASSWORD }), ...(path.startsWith("sign-up") && { name: "Ana" }) };
  expect((await postAuth(gateway, path, { ...body, [field]: given })).status).toBe(400);
});

test.each(["//evil.test", "/..//evil.test", "/\\evil.test", "/%2f/evil.test", "/\tevil", "https://evil.test"])("a sign-up doesn't go on to %j", async (next) => {
  expect((await postAuth(gateway, "sign-up/email", { name: "Ana", email: `${newId()}@guest.test`, password: PASSWORD, next })).status).toBe(400);
});

test("a form of another kind than JSON is refused", async () => {
  const form = new URLSearchParams({ email: account.email, password: PASSWORD });
  expect((await gateway.request("/auth/sign-in/email", { method: "POST", body: form, headers: { origin: gateway.url } })).status).toBe(415);
});

const NO_NAMES = ["", " ", "long".repeat(51), "Ana\nReis", "Ana\tReis", "Ana\u2028Reis", "Ana\u0000", "\u202eseiR anA", "\u200b", "\u3164", "...", "\ud800", "https://evil.test"];
test.each([...NO_NAMES, "Win at www.evil.test", "Claim evil.test/prize now", "evil.com", "write to a@evil.com"])(
  "%j is no name, neither in a sign-up nor behind its link",
  async (name) => {
    const email = `${newId()}@guest.test`;
    expect((await postAuth(gateway, "sign-up/email", { name, email, password: PASSWORD })).status).toBe(400);
    await askSignUp(gateway, email);
    expect((await postAuth(gateway, "verify-email", { token: await linkToken(gateway, email), credential: { name, password: PASSWORD } })).status).toBe(400);
  },
);

test.each(["J. R. R. Tolkien", "María-José O'Neill", "Dr.Budi Santoso, S.H.", "王小明", "l".repeat(198), "علی\u200cرضا", "Ana\u0301"])("%j is a name", async (name) => {
  const { email } = await askSignUp(gateway);
  const answer = await postAuth(gateway, "verify-email", { token: await linkToken(gateway, email), credential: { name: ` ${name} `, password: PASSWORD } });
  expect(answer.status).toBe(200);
  expect(await database.db.query.users.findMany({ where: (user, { eq }) => eq(user.email, email) })).toMatchObject([{ name: name.normalize("NFC") }]);
});

test("nobody's address is kept with a session, whatever headers come", async () => {
  const answer = await gateway.request("/auth/sign-in/email", {
    method: "POST",
    body: JSON.stringify({ email: account.email, password: PASSWORD }),
    headers: { "content-type": "application/json", origin: gateway.url, "x-forwarded-for": "203.0.113.77", "user-agent": "x".repeat(4000) },
  });
  expect(answer.status).toBe(200);
  const kept = await database.db.query.sessions.findMany({ where: (session, { eq }) => eq(session.userId, account.userId) });
  expect(kept.map(({ ipAddress }) => ipAddress || "").join("")).toBe("");
  expect(Math.max(...kept.map(({ userAgent }) => userAgent?.length ?? 0))).toBeLessThanOrEqual(200);
  expect(await database.db.select().from(users).limit(1)).toHaveLength(1);
});
