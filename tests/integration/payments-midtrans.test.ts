import { expect, test, vi } from "vitest";
import { balance, cancel, cancelQuote, closeHold, closePages, get, settle, unsettledPayments } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { bookingOf, eventsOf, holdStay, nightOf, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, DAY, HOUR, MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";

const desk = paymentDesk();

test("a virtual account extends the hold once where the property allows it, and the transfer confirms", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans", { ...RUPIAH, property: { ...RUPIAH.property, extendHolds: true } });
  const before = (await bookingOf(desk.db, bookingId)).holdExpiresAt!;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["pending"]));
  const extended = await bookingOf(desk.db, bookingId);
  expect(extended.holdExpiresAt!.getTime()).toBeGreaterThan(before.getTime() + 3_600_000);
  expect(extended.holdExtended).toBe(true);
  // The close-hold job is told of the new end.
  expect(await eventsOf(desk.db, bookingId)).toEqual(["booking.held", "booking.held"]);
  await desk.ctx.advance(60 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("not_due");
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.becomes(bookingId, "confirmed");
  // Once: a second notice must not extend again.
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.held")).toHaveLength(2);
});

test("where the property doesn't allow it, the virtual account ends with the hold", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  const before = (await bookingOf(desk.db, bookingId)).holdExpiresAt!;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["pending"]));
  expect(await bookingOf(desk.db, bookingId)).toMatchObject({ holdExpiresAt: before, holdExtended: false });
  await desk.ctx.advance(15 * MINUTE + 1000);
  await closeHold(desk.ctx, bookingId);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
});
