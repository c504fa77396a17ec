import { expect, test } from "vitest";
import { z } from "zod";
import { addDays } from "../../server/platform/dates.ts";
import { appRouter } from "../../server/router.ts";
import { hotelsInput } from "../../server/search/schemas.ts";
import { CORNERS } from "../bench/corner-cases.ts";

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { inputs: z.ZodType[] } }>);
const inputs = procedures.flatMap(([path, { _def }]) => _def.inputs.map((schema): [string, z.ZodType] => [path, schema]));

interface Json {
  type?: string;
  anyOf?: Json[];
  properties?: Record<string, Json>;
  items?: Json;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  maxLength?: number;
  minLength?: number;
  minItems?: number;
  maxItems?: number;
  required?: string[];
  minimum?: number;
  maximum?: number;
}

/** Texts of these formats are of one length, by the schema library's own pattern. */
const FIXED_FORMATS = ["uuid", "date"];

/** The places of a schema that take a value of any size. */
function unbounded(at: string, json: Json): string[] {
  if (json.anyOf) return json.anyOf.flatMap((option) => unbounded(at, option));
  if (json.enum || json.const !== undefined) return [];
  switch (json.type) {
    case "object":
      return Object.entries(json.properties ?? {}).flatMap(([key, inner]) => unbounded(`${at}.${key}`, inner));
    case "array":
      return [...(json.maxItems === undefined ? [at] : []), ...unbounded(`${at}[]`, json.items ?? {})];
    case "string":
      return json.maxLength !== undefined || FIXED_FORMATS.includes(json.format ?? "") ? [] : [at];
    case "integer":
    case "number":
      return json.minimum === undefined || json.maximum === undefined ? [at] : [];
    case "boolean":
      return [];
    default:
      return [`${at} (${json.type})`];
  }
}

test("every text, list and number that a procedure takes has a bound in its schema", () => {
  const found = inputs.flatMap(([path, schema]) => unbounded(path, z.toJSONSchema(schema, { io: "input" }) as Json));
  expect(found).toEqual([]);
});

/** The least that the schema takes. */
function sampleOf(json: Json): unknown {
  if (json.anyOf) return sampleOf(json.anyOf[0]!);
  if (json.enum) return json.enum[0];
  switch (json.type) {
    case "object":
      return Object.fromEntries((json.required ?? []).map((key) => [key, sampleOf(json.properties![key]!)]));
    case "array":
      return Array.from({ length: json.minItems ?? 0 }, () => sampleOf(json.items!));
    case "string":
      return json.format === "uuid" ? "0199a000-0000-7000-8000-000000000000" : json.format === "email" ? "ana@guest.test" : "x".repeat(json.minLength ?? 1);
    default:
      return json.minimum;
  }
}

/** Fields that are the two ends of a span of dates. Those of a change may be left out, so the verb bounds them. */
const SPANS: [string, string][] = [
  ["checkIn", "checkOut"],
  ["from", "to"],
];

test("every span of dates that a procedure takes has a bound in its schema", () => {
  const spans = inputs.flatMap(([path, schema]) => {
    const json = z.toJSONSchema(schema, { io: "input" }) as Json;
    const span = SPANS.find(([first, last]) => json.required?.includes(first) && json.required.includes(last));
    if (!span) return [];
    const least = sampleOf(json) as object;
    const judge = (days: number): boolean =>
      schema.safeParse({ ...least, guest: { name: "Ana", email: "ana@guest.test" }, [span[0]]: "2027-03-01", [span[1]]: addDays("2027-03-01", days) }).success;
    return { path, oneDay: judge(1), hundredDays: judge(100) };
  });
  expect(spans.map(({ path }) => path)).toContain("search.hotels");
  expect(spans).toEqual(spans.map(({ path }) => ({ path, oneDay: true, hundredDays: false })));
});

test("a least total above the greatest is refused at the field, not searched for", () => {
  const asked = { destinationId: 1, checkIn: "2027-03-01", checkOut: "2027-03-02", rooms: [{ adults: 2 }] };
  expect(hotelsInput.safeParse({ ...asked, minTotal: 2, maxTotal: 2 }).success).toBe(true);
  expect(hotelsInput.safeParse({ ...asked, minTotal: 2, maxTotal: 1 }).error?.issues).toMatchObject([{ path: ["maxTotal"] }]);
  expect(hotelsInput.safeParse({ ...asked, minTotal: -1 }).success).toBe(false);
});

test("the bench of the bounds' corners has a line for every procedure, and no other", () => {
  expect(Object.keys(CORNERS).toSorted()).toEqual(procedures.map(([path]) => path).toSorted());
});
