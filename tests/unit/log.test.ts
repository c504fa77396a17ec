import { expect, test } from "vitest";
import { readConfig } from "../../server/platform/config.ts";
import { createLogger, logConsole } from "../../server/platform/log.ts";
import { OutsideError } from "../../server/platform/outside.ts";

function collect(level: "debug" | "info" | "warn" | "silent" = "debug") {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: createLogger(level, (line) => void lines.push(JSON.parse(line) as Record<string, unknown>)) };
}

test("a line is JSON with its level, time, message and the fields of its request", () => {
  const { lines, log } = collect();
  log.with({ request_id: "r-1" }).with({ booking_id: "b-1" }).info("held", { room_type_id: 7 });
  expect(lines).toEqual([{ level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), message: "held", request_id: "r-1", booking_id: "b-1", room_type_id: 7 }]);
});

test("lines below the level are not written", () => {
  const { lines, log } = collect("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(lines.map((line) => line["message"])).toEqual(["c", "d"]);
  const silent = collect("silent");
  silent.log.error("e");
  expect(silent.lines).toEqual([]);
});

test("a query's parameters never reach the log, its code does", () => {
  const { lines, log } = collect();
  class DrizzleQueryError extends Error {}
  const driver = Object.assign(new Error("duplicate key"), { code: "23505" });
  log.error("failed", {}, new DrizzleQueryError("Failed query: insert ... params: ana@guest.test", { cause: driver }));
  expect(JSON.stringify(lines)).not.toContain("ana@guest.test");
  expect(lines[0]).toMatchObject({ cause: expect.stringContaining("(23505)") });
});

test("a vendor's answer is not in the line, its name and code are", () => {
  const { lines, log } = collect();
  log.warn("payment failed", {}, new OutsideError("stripe", "refused", { status: 402, code: "card_declined", cause: "card 4242 of ana@guest.test" }));
  expect(lines[0]!["cause"]).toContain("stripe refused 402 card_declined");
  expect(JSON.stringify(lines)).not.toContain("4242");
});

test("a cause that is no error, or points at itself, is survived", () => {
  const { lines, log } = collect();
  const loop = new Error("round");
  loop.cause = loop;
  log.error("a", {}, loop);
  log.error("b", {}, "text");
  log.error("c", {}, null);
  expect(lines).toHaveLength(3);
});

test.each([
  [
    "a driver's",
    Object.assign(new Error("invalid input syntax for type uuid: ana@guest.test"), {
      code: "22P02",
      stack: "Error: x\n    at ErrorResponse (/app/node_modules/postgres/src/connection.js:1:1)",
    }),
  ],
  ["a parser's", caught(() => JSON.parse("ana@guest.test"))],
  ["a header's", caught(() => new Headers().set("x", "ana\u0000@guest.test"))],
  ["an address's", caught(() => new URL("ana@guest.test"))],
  ["a formatter's", caught(() => new Intl.NumberFormat("en", { style: "currency", currency: "ana@guest.test" }))],
])("of %s error the text is not in the line, its class is", (_, error) => {
  const { lines, log } = collect();
  log.error("failed", {}, new Error("wrapped", { cause: error }));
  expect(JSON.stringify(lines)).not.toContain("guest.test");
  expect(lines[0]!["cause"]).toContain(error.constructor.name);
});

function caught(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("a code that is anybody's text is left out", () => {
  const { lines, log } = collect();
  log.error("failed", {}, Object.assign(new Error("x"), { code: "ana@guest.test" }));
  expect(JSON.stringify(lines)).not.toContain("guest.test");
});

test("an error of our own says what it says, and where", () => {
  const { lines, log } = collect();
  log.error(
    "failed",
    {},
    caught(() => readConfig({ PORT: "seventy" })),
  );
  expect(lines[0]).toMatchObject({ cause: expect.stringContaining("PORT"), where: expect.stringContaining("config.ts") });
});

test("what a library says on the console is a line without its words", () => {
  const { lines, log } = collect();
  const console = { log() {}, info() {}, warn() {}, error() {}, debug() {}, trace() {} } as Parameters<typeof logConsole>[0];
  logConsole(console, log);
  console.error("# SERVER_ERROR: ana@guest.test", new TypeError("ana@guest.test"));
  console.info("ana@guest.test");
  expect(lines).toMatchObject([
    { level: "warn", method: "error", cause: "TypeError" },
    { level: "warn", method: "info" },
  ]);
  expect(JSON.stringify(lines)).not.toContain("guest.test");
});
