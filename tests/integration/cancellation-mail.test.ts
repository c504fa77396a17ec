import { expect, test, vi } from "vitest";
import { jobRuns } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, settledBy, startPayment, viewOf } from "../../server/bookings/index.ts";
import { composeMail, factsOf } from "../../server/notifications/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { RUPIAH, STRICT } from "../helpers/payments.ts";
import { callJob, eventOf, PATIENT, queueWorld } from "../helpers/queue.ts";
import { createProperty, type WorldOverrides } from "../helpers/world.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0, midtrans: 0 } });

interface Case {
  overrides: WorldOverrides;
  /** Whether the money is taken before the guest cancels, or only reserved. */
  taken: boolean;
  method: "stripe" | "midtrans";
}

/** A booking that was paid online and is cancelled; no job has run since. */
async function cancelled({ overrides, taken, method }: Case): Promise<{ bookingId: string; email: string }> {
  const { ctx, database } = world;
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  const { bookingId } = await holdStay(guest, await createProperty(database.db, overrides), { email });
  const started = await startPayment(guest, { bookingId, method, idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("confirmed instead of a page");
  if (method === "stripe") await payByStripe(started.redirectUrl);
  else {
    await playMidtrans(started.redirectUrl, { do: "bank_transfer", bank: "bca" });
    await playMidtrans(started.redirectUrl, { do: "transfer" });
  }
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]), PATIENT);
  if (taken) await balance(ctx, bookingId);
  const { fee } = await cancelQuote(guest, { bookingId });
  await cancel(guest, { bookingId, expectedFee: fee, idempotencyKey: newId() });
  return { bookingId, email };
}

const FREE = { rooms: [{ units: 1 }] };
const BY_BANK = "goes back the way you paid.";
const RELEASED = "held on your card is released";

test.each<[string, Case, { says: (string | RegExp)[]; not?: RegExp }]>([
  ["that was taken, free of charge", { overrides: FREE, taken: true, method: "stripe" }, { says: ["Cancelling was free of charge.", /Refund +€220\.00/, BY_BANK] }],
  ["that was taken, for a fee", { overrides: STRICT, taken: true, method: "stripe" }, { says: [/Cancellation fee +€110\.00\nRefund +€110\.00/, BY_BANK], not: /free of charge/ }],
  ["that is reserved, free of charge", { overrides: FREE, taken: false, method: "stripe" }, { says: ["Cancelling was free of charge.", RELEASED, /Refund +€220/] }],
  ["that is reserved, for a fee", { overrides: STRICT, taken: false, method: "stripe" }, { says: [/Cancellation fee +€110\.00\nRefund +€110\.00/, RELEASED] }],
  ["by bank transfer", { overrides: RUPIAH, taken: true, method: "midtrans" }, { says: [/Refund +IDR 220,000/, "The property will contact you"], not: /goes back the way/ }],
])("a cancellation's mail tells what becomes of money %s, before the refund is asked for and after alike", async (_, story, { says, not }) => {
  const { ctx, database, gateway } = world;
  const { bookingId, email } = await cancelled(story);
  const { body } = await eventOf(world, bookingId, "booking.cancelled");
  const mail = async () => {
    const view = await viewOf(ctx, database.db, bookingId);
    const settlement = await settledBy(database.db, bookingId, view.version, ["cancelled"]);
    return composeMail("booking_cancelled", factsOf(view, { trip: "https://stay.test/trip", search: "https://stay.test/" }, settlement));
  };
  const before = await mail();
  expect((await callJob(world, "/jobs/send-cancellation", { body })).status).toBe(200);
  const [sent] = await mailsTo(gateway, email);
  const text = sent!.text.replaceAll(/[\u00A0\u202F]/g, " ");
  for (const words of says) expect(text).toMatch(words);
  if (not) expect(text).not.toMatch(not);

  await balance(ctx, bookingId);
  expect(await mail()).toEqual(before);
  await database.db.delete(jobRuns);
  expect((await callJob(world, "/jobs/send-cancellation", { body })).status).toBe(200);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
});
