import { expect, test } from "vitest";
import { modifyInput } from "../../server/bookings/modify-schemas.ts";
import { guestField } from "../../server/bookings/schemas.ts";

// A stranger's mail begins with the guest's name.

const changed = modifyInput.shape.guest;

test.each(["Ana Reis", "  Jean-Luc O’Neill ", "St. John Smith", "王小明", "علي", "Nguyễn Văn A", "J. R. R. Tolkien", "María José"])("%s can book, and be changed to", (name) => {
  expect(guestField.parse({ name, email: "ana@guest.test" }).name).toBe(name.normalize("NFC").trim());
  expect(changed.parse({ name })?.name).toBe(name.normalize("NFC").trim());
});

test.each([
  ["", "nothing"],
  ["Win at https://evil.test/now", "an address"],
  ["Your room is at evil.com", "a bare domain"],
  ["www.evil", "an address"],
  ["ana@evil.test", "a mail address"],
  ["Ana\nReis", "two lines"],
  ["Ana\tReis", "a tab"],
  ["Ana \u202Esier", "a turned direction"],
  ["\u200B\u200B", "nothing visible"],
  ["12345", "no letter"],
])("%j can't: it is %s", (name) => {
  expect(guestField.safeParse({ name, email: "ana@guest.test" }).success).toBe(false);
  expect(changed.safeParse({ name }).success).toBe(false);
});
