import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { members } from "../../db/schema/index.ts";
import { get } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingToken } from "../../server/platform/tokens.ts";
import { appRouter } from "../../server/router.ts";
import { signUp, type Account } from "../helpers/account.ts";
import { bookAtProperty, holdStay } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { callWire, type WireAnswer } from "../helpers/trpc.ts";
import { createProperty, FIRST_NIGHT } from "../helpers/world.ts";

const SEED = 20_270_301;
const RUNS = 150;

/** What of a zod schema the generator reads. */
interface Shape {
  type: string;
  shape?: Record<string, { def: Shape }>;
  element?: { def: Shape };
  innerType?: { def: Shape };
  in?: { def: Shape };
  options?: { def: Shape }[];
  entries?: Record<string, string>;
  valueType?: { def: Shape };
}
interface Procedure {
  _def: { type: "query" | "mutation"; inputs: { def: Shape }[] };
}

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

let database: TestDatabase;
let gateway: Gateway;
let account: Account;
/** Values that exist, by the name of the field that takes them: a call must get past the schemas too. */
let real: Record<string, unknown[]>;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, {
    cloud: { resend: 0 },
    publishing: false,
    env: { HOLDS_PER_ACTOR: "1000", STRIPE_SECRET_KEY: "sk_test_bad_input", STRIPE_API_BASE: "http://127.0.0.1:1" },
  });
  const world = await createProperty(database.db, { rooms: [{ units: 100 }] });
  const other = await createProperty(database.db);
  account = await signUp(gateway);
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId: account.userId, role: "owner" });
  const held = await holdStay(gateway.ctx.as(anonymous()), world);
  const { stays } = await get(gateway.ctx, { bookingId: held.bookingId });
  const standing = await bookAtProperty(gateway.ctx.as(anonymous()), world);
  const quote = await callWire<{ hash: string }>(gateway, "rooms.quote", {
    propertyId: world.propertyId,
    checkIn: FIRST_NIGHT,
    checkOut: "2027-03-03",
    rooms: [{ productId: world.productId, adults: 2, childAges: [] }],
  });
  real = {
    propertyId: [world.propertyId, other.propertyId],
    productId: [world.productId, other.productId],
    slug: [world.slug],
    bookingId: [held.bookingId, standing],
    token: [held.token, bookingToken(gateway.ctx.config.AUTH_SECRET, standing)],
    code: [held.code],
    email: ["ana@guest.test"],
    quoteHash: [quote.data?.hash],
    checkIn: [FIRST_NIGHT],
    checkOut: ["2027-03-03"],
    from: [FIRST_NIGHT],
    to: ["2027-03-20"],
    date: [FIRST_NIGHT],
    destinationId: [world.destinationId],
    adults: [1, 2],
    method: ["property", "stripe"],
    expectedFee: [0],
    roomStayId: [stays[0]!.id],
    roomStayIds: [[stays[0]!.id]],
    name: ["Ana"],
    rooms: [[{ productId: world.productId, adults: 2, childAges: [] }]],
    guest: [{ name: "Ana", email: "ana@guest.test", phone: "" }],
    idempotencyKey: [newId(), newId(), newId(), newId(), newId()],
  };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const DATES = [
  "2026-02-30",
  "2027-02-29",
  "1999-12-31",
  "2020-01-01",
  "2027-03-01",
  "2027-03-31",
  "2027-12-31",
  "2099-12-31",
  "2100-01-01",
  "9999-99-99",
  "0000-00-00",
  "2027-3-1",
  "2027-03-01T00:00:00Z",
  "-000001-01-01",
];
const TEXTS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff\ud800",
  "\u202e\u200b",
  "ẞß İı",
  "🏨".repeat(100),
  "x".repeat(30_000),
  "'; drop table bookings; --",
  "%",
  "\\",
  "{",
  "<script>",
  "__proto__",
  "2027-03-01_------------------------------------",
  "9999-99-99_0199a000-0000-7000-8000-000000000000",
  "WzFd",
  "eyJhIjoxfQ",
  "null",
  "1e309",
  "00000000-0000-0000-0000-000000000000",
  newId(),
];
const NUMBERS = [0, -1, 1, 2, 17, 18, 20, 21, 31, 50, 1.5, 2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER, 1e21, -1e308];

const text = fc.oneof(
  fc.constantFrom(...DATES),
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.uuid(),
  fc.date({ noInvalidDate: true, min: new Date("2027-02-20"), max: new Date("2027-05-01") }).map((date) => date.toISOString().slice(0, 10)),
);
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer(), fc.double());
const anything = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
  fc.array(fc.oneof(text, number), { maxLength: 60 }),
  fc.object({ maxDepth: 2 }),
);

/** Mostly of the schema's own type, sometimes a value that exists, sometimes anything at all. */
function fromShape(shape: Shape, field = ""): fc.Arbitrary<unknown> {
  const optional = ["optional", "default", "prefault", "nullable"].includes(shape.type);
  // Left out mostly: each field more is one more to be refused for.
  if (optional) return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fromShape(shape.innerType!.def, field) });
  const known = real[field] ?? [];
  const own = ownType(shape, field);
  return fc.oneof(
    { weight: known.length > 0 ? 50 : 0, arbitrary: fc.constantFrom(...(known.length > 0 ? known : [undefined])) },
    { weight: 6, arbitrary: own },
    { weight: 1, arbitrary: anything },
  );
}

function ownType(shape: Shape, field: string): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case "object":
      return fc.record(Object.fromEntries(Object.entries(shape.shape!).map(([key, inner]) => [key, fromShape(inner.def, key)])));
    case "array":
      return fc.array(fromShape(shape.element!.def, field), { maxLength: field === "rooms" ? 3 : 60 });
    case "pipe":
      return ownType(shape.in!.def, field);
    case "union":
      return fc.oneof(...shape.options!.map((option) => ownType(option.def, field)));
    case "enum":
      return fc.constantFrom(...Object.values(shape.entries!));
    case "number":
    case "int":
      return fc.oneof(fc.integer({ min: 0, max: 20 }), number);
    case "boolean":
      return fc.boolean();
    case "record":
      return fc.dictionary(fc.string(), fromShape(shape.valueType!.def));
    default:
      return text;
  }
}

/** Never a failure of ours, never a word of how we are made; what is invalid is named. */
function expectCivil(answer: WireAnswer, input: unknown): void {
  const told = () => `${answer.text.slice(0, 500)}\nfor ${JSON.stringify(input)?.slice(0, 1000)}\n${JSON.stringify(gateway.ctx.logged.at(-1))}`;
  expect(answer.error?.data.code, told()).not.toBe("INTERNAL_SERVER_ERROR");
  expect(answer.status, told()).not.toBe(500);
  if (!answer.error) return;
  expect(JSON.stringify(answer.error), told()).not.toMatch(/node_modules|\.ts:\d|\bat \w+ \(|Failed query|select "|insert into|postgres|stack/i);
  const { fields, domain } = answer.error.data;
  if (answer.error.message === "INVALID" && !domain) {
    expect(fields?.length, told()).toBeGreaterThan(0);
    if (input !== null && typeof input === "object" && !Array.isArray(input))
      expect(
        fields!.some((field) => field.path !== ""),
        told(),
      ).toBe(true);
  }
  if (domain?.code === "INVALID") expect(domain.facts, told()).toMatchObject({ field: expect.any(String), reason: expect.any(String) });
}

test("every procedure is attacked", () => {
  expect(procedures.length).toBeGreaterThan(15);
});

test.each(procedures)(
  "%s answers every input civilly",
  async (path, procedure) => {
    const { type, inputs } = procedure._def;
    const input = inputs[0] ? fromShape(inputs[0].def) : anything;
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(input, fc.boolean(), async (value, signedIn) => {
        const answer = await callWire(gateway, path, value, { type, ...(signedIn && { cookie: account.cookie }) });
        expectCivil(answer, value);
        const outcome = answer.error?.data.domain?.code ?? answer.error?.message ?? "ok";
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
      // A code of six digits is never drawn by chance.
      { seed: SEED, numRuns: inputs[0] ? RUNS : 30, examples: path === "proofs.give" ? [[{ proofId: newId(), code: "000000" }, false]] : [] },
    );
    // An attack that never gets past the door proves little.
    if (inputs[0])
      expect(
        [...outcomes.keys()].some((outcome) => outcome !== "INVALID"),
        JSON.stringify([...outcomes]),
      ).toBe(true);
  },
  60_000,
);

test.each([
  ["", 400],
  ["{", 400],
  ["null", 400],
  ['{"__proto__":{"a":1}}', 400],
  [`[${"[".repeat(20_000)}`, 400],
])("a body that is no request is the sender's fault: %s", async (body, status) => {
  const answer = await gateway.request("/trpc/bookings.hold", { method: "POST", body, headers: { "content-type": "application/json" } });
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toMatch(/node_modules|\.ts:\d/);
});

test.each([
  "/trpc/none.such",
  "/trpc/",
  "/trpc/bookings.hold",
  "/trpc/bookings.get?input=%7B",
  "/trpc/bookings.get?input=%00",
  "/trpc/bookings.get?batch=1&input=%5B%5D",
  "/trpc/a,b,c,d,e,f,g,h,i,j,k,l?batch=1",
  "/trpc/constructor",
  "/trpc/bookings.__proto__",
])("%s by GET is no failure of ours", async (path) => {
  const answer = await gateway.request(path);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(await answer.text()).not.toMatch(/node_modules|\.ts:\d/);
});

const STAY = () => ({
  propertyId: real["propertyId"]![0],
  checkIn: FIRST_NIGHT,
  checkOut: "2027-03-03",
  rooms: [{ productId: real["productId"]![0], adults: 2, childAges: [] as number[] }],
});

test.each<[string, (stay: ReturnType<typeof STAY>) => unknown, string]>([
  ["check-out on check-in", (stay) => ({ ...stay, checkOut: FIRST_NIGHT }), "checkOut"],
  ["check-out before check-in", (stay) => ({ ...stay, checkOut: "2027-02-01" }), "checkOut"],
  ["31 nights", (stay) => ({ ...stay, checkOut: "2027-04-01" }), "checkOut"],
  ["30 February", (stay) => ({ ...stay, checkIn: "2027-02-30" }), "checkIn"],
  ["no guests", (stay) => ({ ...stay, rooms: [{ ...stay.rooms[0], adults: 0 }] }), "rooms.0.adults"],
  ["fifty guests", (stay) => ({ ...stay, rooms: [{ ...stay.rooms[0], adults: 50 }] }), "rooms.0.adults"],
  ["a child of 18", (stay) => ({ ...stay, rooms: [{ ...stay.rooms[0], childAges: [18] }] }), "rooms.0.childAges.0"],
  ["a child of -1", (stay) => ({ ...stay, rooms: [{ ...stay.rooms[0], childAges: [-1] }] }), "rooms.0.childAges.0"],
  ["no rooms", (stay) => ({ ...stay, rooms: [] }), "rooms"],
  ["nine rooms", (stay) => ({ ...stay, rooms: Array.from({ length: 9 }, () => stay.rooms[0]) }), "rooms"],
  ["an id that is none", (stay) => ({ ...stay, propertyId: "1" }), "propertyId"],
])("a quote for %s names the field", async (_, change, field) => {
  const answer = await callWire(gateway, "rooms.quote", change(STAY()));
  expect(answer.status).toBe(400);
  expect(answer.error?.message).toBe("INVALID");
  expect(answer.error?.data.fields?.map((one) => one.path)).toContain(field);
});

test.each<[string, (stay: ReturnType<typeof STAY>) => unknown, Record<string, unknown>]>([
  ["a past stay", (stay) => ({ ...stay, checkIn: "2026-01-01", checkOut: "2026-01-02" }), { code: "RESTRICTED", facts: { reason: "past" } }],
  ["more people than the room holds", (stay) => ({ ...stay, rooms: [{ ...stay.rooms[0], adults: 4 }] }), { code: "RESTRICTED", facts: { reason: "party" } }],
  ["an unknown property", (stay) => ({ ...stay, propertyId: newId() }), { code: "NOT_FOUND", facts: { what: "product" } }],
  ["another property's product", (stay) => ({ ...stay, rooms: [{ ...stay.rooms[0], productId: real["productId"]![1] }] }), { code: "NOT_FOUND", facts: { what: "product" } }],
])("a quote for %s says why not", async (_, change, domain) => {
  expect((await callWire(gateway, "rooms.quote", change(STAY()))).error?.data.domain).toEqual(domain);
});
