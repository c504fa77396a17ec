import { expect, test } from "vitest";
import { viewOf } from "../../server/payments/midtrans-view.ts";

const waits = { status_code: "201", transaction_id: "t", gross_amount: "145000.00", currency: "IDR", transaction_status: "pending", expiry_time: "2026-12-20 14:00:00" };

test.each([
  [
    "a bank's account",
    { payment_type: "bank_transfer", va_numbers: [{ bank: "bni", va_number: "8578000001" }] },
    { kind: "account", at: "bni", number: "8578000001", biller: null },
  ],
  ["Permata's account", { payment_type: "bank_transfer", permata_va_number: "8562000001" }, { kind: "account", at: "permata", number: "8562000001", biller: null }],
  ["Mandiri's bill", { payment_type: "echannel", bill_key: "99000001", biller_code: "70012" }, { kind: "bill", at: "mandiri", number: "99000001", biller: "70012" }],
  ["a shop's code", { payment_type: "cstore", store: "indomaret", payment_code: "2577000001" }, { kind: "counter", at: "indomaret", number: "2577000001", biller: null }],
  ["a QR code, which is on the provider's page alone", { payment_type: "qris" }, undefined],
])("%s is what the guest is told to pay by", (_, method, instructions) => {
  expect(viewOf({ ...waits, ...method }).instructions).toEqual(instructions);
});

test("what was paid, or has ended, has nothing to pay by any more", () => {
  const account = { payment_type: "bank_transfer", va_numbers: [{ bank: "bca", va_number: "1" }] };
  for (const transaction_status of ["settlement", "expire", "cancel"]) expect(viewOf({ ...waits, ...account, transaction_status }).instructions).toBeUndefined();
});
