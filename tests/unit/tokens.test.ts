import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bookingToken, sameText, sign } from "../../server/platform/tokens.ts";

test("a signature is the HMAC that any other library makes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ unit: "grapheme" }), async (secret, text) => {
      expect(sign(secret, text)).toBe(createHmac("sha256", secret).update(text).digest("base64url"));
    }),
    { numRuns: 50 },
  );
});

test("a token opens its own booking only, under its own secret only", async () => {
  const token = bookingToken("a secret", "booking-1");
  expect(bookingToken("a secret", "booking-1")).toBe(token);
  expect(bookingToken("a secret", "booking-2")).not.toBe(token);
  expect(bookingToken("another", "booking-1")).not.toBe(token);
  expect(token).toMatch(/^[\w-]{43}$/);
});

test("texts are the same when every character is", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => sameText(a, b) === (a === b)));
  fc.assert(fc.property(fc.string(), (a) => sameText(a, a)));
});
