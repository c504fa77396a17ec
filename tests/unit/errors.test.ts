import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/unstable-core-do-not-import";
import { expect, test } from "vitest";
import { sqlState, violatedConstraint } from "../../db/client.ts";
import { DomainError, isDomainError, refuse, TRPC_CODE } from "../../server/errors.ts";

test("a refusal carries its facts, and is told from another", () => {
  const refusal = refuse("ROOM_BUSY", { retryAfterMs: 400 });
  expect(refusal).toBeInstanceOf(DomainError);
  expect(isDomainError(refusal)).toBe(true);
  expect(isDomainError(refusal, "ROOM_BUSY") && refusal.facts.retryAfterMs).toBe(400);
  expect(isDomainError(refusal, "SOLD_OUT")).toBe(false);
  expect(isDomainError(new Error("ROOM_BUSY"))).toBe(false);
  expect(isDomainError(undefined)).toBe(false);
});

test("a refusal keeps its cause for the log", () => {
  const cause = new Error("the driver's words");
  expect(refuse("UNAVAILABLE", { what: "database", retryAfterMs: 1 }, cause).cause).toBe(cause);
});

test("every refusal has a code on the wire, and none is a failure of ours", () => {
  for (const code of Object.values(TRPC_CODE)) {
    expect(TRPC_ERROR_CODES_BY_KEY).toHaveProperty(code);
    expect(code).not.toBe("INTERNAL_SERVER_ERROR");
  }
});

test("the database's code is found however deep it is wrapped", () => {
  const driver = Object.assign(new Error("duplicate key"), { code: "23505", constraint_name: "bookings_code_unique" });
  const wrapped = new Error("query failed", { cause: new Error("again", { cause: driver }) });
  expect(sqlState(wrapped)).toBe("23505");
  expect(violatedConstraint(wrapped)).toBe("bookings_code_unique");
  expect(sqlState(new Error("plain"))).toBeUndefined();
  expect(sqlState("no error")).toBeUndefined();
});
