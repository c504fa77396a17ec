import { eq, sql } from "drizzle-orm";
import { expect, vi } from "vitest";
import { bookingChanges, outbox } from "../../db/schema/index.ts";
import { audit } from "../../db/audit.ts";
import { followers } from "../../jobs/registry.ts";
import { balance } from "../../server/bookings/index.ts";
import { changeStay } from "./booking.ts";
import { payByStripe, playMidtrans } from "./gateway.ts";
import { mailsTo, type InboxMail } from "./mail.ts";
import { type Opened, type PaymentDesk, RUPIAH } from "./payments.ts";

/** Two nights, the last unit of each, paid and captured: by card at Stripe in euros, or by QR code at Midtrans in rupiah. */
export async function paidStay(desk: PaymentDesk, provider: "stripe" | "midtrans" = "stripe"): Promise<Opened> {
  const opened = await desk.onPage(provider, provider === "midtrans" ? RUPIAH : { rooms: [{ units: 1 }] });
  if (provider === "stripe") await payByStripe(opened.pageUrl);
  else await payByQr(opened.pageUrl);
  await desk.becomes(opened.bookingId, "confirmed");
  await balance(desk.ctx, opened.bookingId);
  return opened;
}

export async function payByQr(pageUrl: string): Promise<void> {
  await playMidtrans(pageUrl, { do: "qris" });
  await playMidtrans(pageUrl, { do: "transfer" });
}

/** The last night of the longer stay, which the first stay lacks. */
export const THIRD_NIGHT = "2027-03-03";

/** A third night, half as much again, that waits to be paid. */
export async function draftOf({ guest, bookingId }: Pick<Opened, "guest" | "bookingId">, wanted: object = { checkOut: "2027-03-04" }): Promise<string> {
  const answer = await changeStay(guest, bookingId, wanted);
  if (answer.status !== "payment_due") throw new Error("applied at once");
  return answer.changeId;
}

export async function changeState(desk: PaymentDesk, changeId: string): Promise<string | undefined> {
  const [row] = await desk.db.select({ state: bookingChanges.state }).from(bookingChanges).where(eq(bookingChanges.id, changeId));
  return row?.state;
}

export function changeBecomes(desk: PaymentDesk, changeId: string, state: string): Promise<void> {
  return vi.waitFor(async () => expect(await changeState(desk, changeId)).toBe(state), { timeout: 5000 });
}

/** Sends the mails that follow the booking's events of this type, as their job does, twice. @returns all that the guest has, newest first */
export async function mailsAfter(desk: PaymentDesk, bookingId: string, type: string): Promise<InboxMail[]> {
  const events = await desk.db
    .select()
    .from(outbox)
    .where(sql`${outbox.type} = ${type} and ${outbox.payload} ->> 'bookingId' = ${bookingId}`)
    .orderBy(outbox.id);
  const jobs = followers(type).filter(({ name }) => name.startsWith("send-"));
  for (const { payload } of [...events, ...events]) for (const job of jobs) await job.handler(desk.ctx, job.input.parse(payload));
  return mailsTo(desk.gateway, "ana@guest.test");
}

const PARTS = [
  "bookings-stays",
  "bookings-total",
  "bookings-versions",
  "cancel-fees",
  "due-online",
  "money-due",
  "money-reserved",
  "money-unclaimed",
  "refunds-within",
  "refunds-made",
  "deliveries-once",
];

/** The auditor finds nothing wrong with bookings, money and single messages; the queue is no part of these tests. */
export async function expectInOrder(desk: PaymentDesk, parts: readonly string[] = PARTS): Promise<void> {
  const findings = await audit(desk.database.url, { settled: true });
  expect(findings.filter(({ invariant, wrong }) => parts.includes(invariant.name) && wrong.length > 0)).toEqual([]);
}
