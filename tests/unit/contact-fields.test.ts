import { expect, test } from "vitest";
import { lookupInput } from "../../server/bookings/lookup-schemas.ts";
import { guestField } from "../../server/bookings/schemas.ts";
import { emailAddress } from "../../server/platform/fields.ts";
import { phoneField } from "../../server/platform/phone.ts";

test.each([
  ["+44 (0)20 7946 0958", "+442079460958"],
  ["+49 (0) 30 / 123456", "+4930123456"],
  ["0044 20 7946 0958", "+442079460958"],
  ["\u202a+62 812-3456-7890\u202c", "+6281234567890"],
  ["+62\u00a0812\u200b3456\u20117890", "+6281234567890"],
  ["+６２ ８１２ ３４５６ ７８９０", "+6281234567890"],
  ["tel:+62-812-3456-7890", "+6281234567890"],
  ["+62 0812 3456 7890", "+6281234567890"],
  ["+39 06 698 57601", "+390669857601"],
  ["+1 (212) 555-0123", "+12125550123"],
  ["  ", ""],
  ["\u200e", ""],
])("the telephone number %j is %j", (text, number) => {
  expect(phoneField.parse(text)).toBe(number);
});

test.each([
  "0812 3456 7890",
  "+62 12",
  "+620000000",
  "+1 555 0100",
  "+44 7700 900123",
  "+34 (0)91 123 45 67",
  "+1 212 555 0123 x123",
  "+1 212 555 0123 ext. 5",
  "+62 812 3456 7890 / +62 813 1111 2222",
  "call me at +62 812 3456 7890",
  "+1 800 FLOWERS",
  "+",
  "+999 12345678",
])("%j is refused, as no one number of any country", (text) => {
  expect(phoneField.safeParse(text).success).toBe(false);
});

test("a number in its national form is one of the guest's country, or refused at the field", () => {
  const guest = { name: "Ana", email: "ana@guest.test" };
  const phone = (country?: string): string | undefined => guestField.safeParse({ ...guest, phone: "0812 3456 7890", country }).data?.phone;
  expect(phone("ID")).toBe("+6281234567890");
  expect(phone("FR")).toBeUndefined();
  expect(phone("ZZ")).toBeUndefined();
  expect(guestField.safeParse({ ...guest, phone: "0812 3456 7890" }).error?.issues).toMatchObject([{ path: ["phone"] }]);
});

test.each([
  ["Ana@Guest.Test", "ana@guest.test"],
  [" ana@bücher.example ", "ana@xn--bcher-kva.example"],
  ["ana@BÜCHER.example", "ana@xn--bcher-kva.example"],
  ["ana@bu\u0308cher.example", "ana@xn--bcher-kva.example"],
  ["ana@почта.рф", "ana@xn--80a1acny.xn--p1ai"],
  ["ana@例え。テスト", "ana@xn--r8jz45g.xn--zckzah"],
  ["ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"],
])("the address %j is %j", (text, address) => {
  expect(emailAddress.parse(text)).toBe(address);
});

test.each([
  "",
  "ana",
  "@guest.test",
  "ana@",
  "ana@guest",
  "ana@ü/x.example",
  "ana@ü:80.example",
  "ana@ü@guest.test",
  "jürgen@guest.test",
  "ana@-ü-..example",
  `ana@${"ü".repeat(240)}.example`,
])("%j is no address", (text) => {
  expect(emailAddress.safeParse(text).success).toBe(false);
});

test("a booking code is found in full-width letters, lower case, and with any dashes", () => {
  for (const code of ["ABCD2345", "abcd-2345", "ＡＢＣＤ－２３４５", " ab cd‐23 45"]) {
    expect(lookupInput.parse({ code, email: "ana@bücher.example" })).toEqual({ code: "ABCD2345", email: "ana@xn--bcher-kva.example" });
  }
});
