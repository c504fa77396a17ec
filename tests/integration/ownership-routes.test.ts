import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { users } from "../../db/schema/index.ts";
import { app } from "../../server/app.ts";
import { signUp } from "../helpers/account.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { foreignIn, type Asker } from "../helpers/ownership/canaries.ts";
import { AUTH, ROUTES } from "../helpers/ownership/routes.ts";
import { allRows, missingFrom } from "../helpers/ownership/rows.ts";
import type { Owners } from "../helpers/ownership/parties.ts";
import { makeOwners } from "../helpers/ownership/world.ts";

let database: TestDatabase;
let gateway: Gateway;
let world: Owners;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { stripe: 0, resend: 0 }, publishing: false });
  world = await makeOwners(gateway);
});
afterAll(async () => {
  await gateway.ctx.settled();
  await gateway.close();
  await database.drop();
});

test("every route of the gateway says who gets what of it", () => {
  const routes = app.routes.filter(({ method, path }) => `${method} ${path}` !== "ALL /*" && !/^\/(trpc|auth)\//.test(path));
  expect(Object.keys(ROUTES).toSorted()).toEqual([...new Set(routes.map(({ method, path }) => `${method} ${path}`))].toSorted());
});

test.each(Object.keys(ROUTES))("%s gives each their own alone, and changes nothing", async (route) => {
  const method = route.slice(0, route.indexOf(" "));
  const before = await allRows(database.db);
  const faults: string[] = [];
  for (const { as, path, body, status } of ROUTES[route]!(world)) {
    const { cookie } = world.askers[as];
    const headers = { ...(cookie && { cookie }), "content-type": "application/json" };
    const response = await gateway.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const foreign = foreignIn(await response.text(), as, world.canaries);
    if (!status.includes(response.status) || foreign.length > 0) faults.push(`${as} asked ${path}: ${response.status}, was told ${foreign.join()}`);
  }
  await gateway.ctx.settled();
  expect(faults).toEqual([]);
  const after = await allRows(database.db);
  expect([...missingFrom(after, before), ...missingFrom(before, after)]).toEqual([]);
});

interface Endpoint {
  path?: string;
  options: { method: string | string[]; metadata?: { SERVER_ONLY?: boolean } };
}

/** What the accounts can be asked over HTTP, whether the gateway leads there or not. */
function endpoints(): { path: string; methods: string[] }[] {
  const all = Object.values(gateway.runtime.auth.api as unknown as Record<string, Endpoint>);
  return all.flatMap(({ path, options }) => (path === undefined || options.metadata?.SERVER_ONLY ? [] : [{ path: path.slice(1), methods: [options.method].flat() }]));
}

test("every route of the accounts is asked with what is another's", () => {
  expect(Object.keys(AUTH).toSorted()).toEqual([...new Set(endpoints().map(({ path }) => path))].toSorted());
});

/** An account that a call may sign out or change as it likes; the last one, as long as it is signed in. */
let last: Awaited<ReturnType<typeof signUp>> | undefined;
async function outsider() {
  const session = last && (await gateway.request("/auth/get-session", { headers: { cookie: last.cookie } }).then((response) => response.json()));
  if (!last || session === null) last = await signUp(gateway);
  await database.db.update(users).set({ emailVerified: true }).where(eq(users.id, last.userId));
  return { name: "outsider", ...last };
}

/** One call of an account's route. @returns all that its answer says */
async function askAuth(path: string, method: string, cookie: string, given: Record<string, unknown>): Promise<string> {
  const texts = Object.entries(given).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []));
  const response = await gateway.request(`/auth/${path.replace(/:\w+/, "anything")}${method === "GET" ? `?${new URLSearchParams(texts)}` : ""}`, {
    method,
    headers: { origin: gateway.url, ...(cookie && { cookie }), ...(method !== "GET" && { "content-type": "application/json" }) },
    ...(method !== "GET" && { body: JSON.stringify(given) }),
  });
  return `${response.status} ${await response.text()} ${[...response.headers.values()].join(" ")}`;
}

test.each(Object.keys(AUTH))("/auth/%s tells nobody of another, and changes nothing of another's", async (path) => {
  const given = AUTH[path]!(world);
  const said = new Set(Object.values(given));
  const { nobody, unverified, foreignStaff } = world.askers;
  for (const method of endpoints().find((endpoint) => endpoint.path === path)!.methods) {
    const askers: (Asker & { userId?: string; email?: string })[] = [await outsider(), nobody];
    if (path.startsWith("organization/")) askers.push(unverified, foreignStaff);
    const before = await allRows(database.db);
    for (const { name, cookie } of askers) {
      const foreign = foreignIn(await askAuth(path, method, cookie, given), name, world.canaries);
      expect(
        foreign.filter((value) => !said.has(value)),
        `${name} was told`,
      ).toEqual([]);
    }
    await gateway.ctx.settled();
    const own = askers.flatMap(({ userId, email }) => [userId, email].filter((text) => text !== undefined));
    const gone = missingFrom(await allRows(database.db), before);
    expect(gone.filter((row) => !own.some((text) => row.includes(text)))).toEqual([]);
  }
});

test("whose it is, is told", async () => {
  const { other, verified, staff } = world.askers;
  expect(await askAuth("get-session", "GET", verified.cookie, {})).toContain(verified.userId);
  expect(await askAuth("organization/get-invitation", "GET", other.cookie, { id: world.invitationId })).toContain(staff.email);
});
