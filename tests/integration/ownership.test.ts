import { afterAll, beforeAll, expect, test } from "vitest";
import { appRouter } from "../../server/router.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { ASKS, type Ask } from "../helpers/ownership/asks.ts";
import { askLists, foreignIn, foreignRows, LISTS } from "../helpers/ownership/canaries.ts";
import { allRows, missingFrom } from "../helpers/ownership/rows.ts";
import { ASKERS, HOUSES, OWNERS, type AskerName, type Owners } from "../helpers/ownership/parties.ts";
import { makeOwners } from "../helpers/ownership/world.ts";
import { callWire } from "../helpers/trpc.ts";

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: "query" | "mutation" } }>);

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

test("every procedure says who may ask it for what", () => {
  expect(Object.keys(ASKS).toSorted()).toEqual(procedures.map(([path]) => path).toSorted());
});

/** What is wrong with the answer to this ask. */
async function faultsOf(path: string, type: "query" | "mutation", { as, input, expected, proves, check }: Ask): Promise<string[]> {
  const { data, error, text, status } = await callWire(gateway, path, input, { type, cookie: world.askers[as].cookie });
  const code = error ? (error.data.domain?.code ?? error.data.code) : "answer";
  const fits = expected === "answer" ? !error : expected === "passed" ? !["NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED"].includes(code) && status < 500 : expected.includes(code);
  const own = proves ? [proves.bookingId, proves.code, proves.token] : [];
  const foreign = foreignIn(text, as, world.canaries).filter((value) => !own.includes(value));
  if (fits && !error) check?.(data);
  const asked = `${as} asked ${JSON.stringify(input)}`;
  return [...(fits ? [] : [`${asked}: ${code} instead of ${String(expected)}`]), ...foreign.map((value) => `${asked}: was told ${value}`)];
}

test.each(procedures)("%s answers each with their own alone, and what it refuses changes nothing", async (path, { _def: { type } }) => {
  const asks = ASKS[path]!(world);
  const refused = asks.filter(({ expected }) => Array.isArray(expected));
  const before = await allRows(database.db);
  expect(await faultsOfAll(path, type, refused)).toEqual([]);
  await gateway.ctx.settled();
  const after = await allRows(database.db);
  expect([...missingFrom(after, before), ...missingFrom(before, after)]).toEqual([]);
  const answered = asks.filter((ask) => !refused.includes(ask));
  expect(await faultsOfAll(path, type, answered)).toEqual([]);
});

/** Some at a time. */
async function faultsOfAll(path: string, type: "query" | "mutation", asks: Ask[]): Promise<string[]> {
  const faults: string[] = [];
  for (let from = 0; from < asks.length; from += 8) {
    const some = await Promise.all(asks.slice(from, from + 8).map((ask) => faultsOf(path, type, ask)));
    faults.push(...some.flat());
  }
  return faults;
}

test("each list has all of what is the asker's, and nothing else", async () => {
  const { askers, bookings, canaries, places } = world;
  for (const as of ASKERS) {
    expect(await foreignRows(gateway, askers[as], canaries, places)).toEqual([]);
    const asked = await askLists(gateway, askers[as], places);
    const seen = (procedure: string) => {
      const texts = asked.filter((one) => one.procedure === procedure).map(({ answer }) => answer.text);
      return bookings.filter(({ code }) => texts.some((text) => text.includes(code))).map(({ code }) => code);
    };
    const own = bookings.filter(({ owner }) => askers[as].userId && (OWNERS[owner] as AskerName[]).includes(as));
    expect(seen("bookings.mine")).toEqual(own.map(({ code }) => code));
    const standing = bookings.filter(({ house, situation }) => HOUSES[house] === as && (situation === "upcoming" || situation === "past"));
    expect(seen("admin.inventory.today")).toEqual(expect.arrayContaining(standing.map(({ code }) => code)));
  }
});

test("a list that answers with another's rows is found", async () => {
  const { askers, bookings, canaries } = world;
  const { bookingId, code } = bookings.find(({ owner, situation }) => owner === "verified" && situation === "past")!;
  const blind = canaries.map((canary) => (canary.value === code ? { ...canary, seenBy: new Set<string>() } : canary));
  expect(await foreignRows(gateway, askers.verified, blind)).toEqual([{ asker: "verified", procedure: "bookings.mine", input: { scope: "past", limit: 50 }, value: code }]);
  expect(foreignIn(JSON.stringify({ bookingId }), "stranger", canaries)).toEqual([bookingId]);
});

test("every list is one of the router's", () => {
  expect(Object.keys(LISTS).filter((path) => !(path in ASKS))).toEqual([]);
});
