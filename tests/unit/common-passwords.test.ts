import { expect, test } from "vitest";
import { isCommonPassword } from "../../server/accounts/common-passwords.ts";

test.each([
  "password",
  "Password1",
  "P@ssw0rd!",
  "12345678",
  "1234567890",
  "87654321",
  "11111111",
  "abababab",
  "qwertyuiop",
  "asdfghjkl",
  "1q2w3e4r",
  "iloveyou",
  "letmein123",
  "!!welcome!!",
  "nightledger2026",
  "katasandi",
  "19901231",
  "abcdefgh",
])("%s is among the first that guessers try", (password) => {
  expect(isCommonPassword(password)).toBe(true);
});

test.each(["ana.reis@guest.test", "ANA.REIS", "ana-reis-1", "Ana Reis", "guest2026!"])("%s is known of the person", (password) => {
  expect(isCommonPassword(password, ["Ana Reis", "ana.reis@guest.test"])).toBe(true);
});

test.each(["correct horse battery", "a long enough one", "nightledger-demo", "the first password", "x9!kQ2vv", "rainy-tuesday-otter", "K7mm2pQz"])(
  "%s may be taken",
  (password) => {
    expect(isCommonPassword(password, ["Ana Reis", "ana.reis@guest.test"])).toBe(false);
  },
);
