import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { disputes, moneyDecisions, refunds } from "../../db/schema/index.ts";
import {
  acceptChargeback,
  acceptChargebackInput,
  balance,
  giveGoodwill,
  goodwillInput,
  waiveDue,
  waiveInput,
  writeOffInput,
  writeOffMissing,
  type Decided,
} from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { raiseIncident } from "../../server/platform/incidents.ts";
import { refusalOf } from "../helpers/booking.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { paymentDesk } from "../helpers/payments.ts";

// One loss is covered by one decision, whichever it is and whoever decides again.

const desk = paymentDesk();
const ALL = 22_000;

interface Loss {
  bookingId: string;
  /** The dashboard's refund, or the lost dispute. */
  id: string;
}

async function taken() {
  const { bookingId, pageUrl } = await desk.onPage();
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  return desk.payment(bookingId);
}

const LOSSES = {
  async refunded(amount = ALL): Promise<Loss> {
    const { id: paymentId, propertyId, bookingId } = await taken();
    const id = newId();
    const made = { state: "succeeded" as const, reason: "provider", providerRef: `re_${id}`, settledAt: desk.ctx.clock.now() };
    await desk.db.insert(refunds).values({ id, propertyId, paymentId, amount, currency: "EUR", ...made });
    await balance(desk.ctx, bookingId);
    return { bookingId, id };
  },
  async disputed(amount = ALL): Promise<Loss> {
    const { id: paymentId, propertyId, bookingId } = await taken();
    const [id, at] = [newId(), desk.ctx.clock.now()];
    const lost = { state: "lost" as const, providerState: "lost", refundable: false, openedAt: at, closedAt: at, providerRef: `du_${id}` };
    await desk.db.insert(disputes).values({ id, propertyId, paymentId, amount, currency: "EUR", ...lost });
    await raiseIncident(desk.db, { cause: `dispute:du_${id}`, severity: "critical", title: "A dispute was lost", propertyId, bookingId });
    await balance(desk.ctx, bookingId);
    return { bookingId, id };
  },
};

const as = (name: string) => desk.ctx.as({ kind: "operator", name });
const said = <T extends object>(more: T) => ({ idempotencyKey: newId(), reason: "agreed by telephone", ...more });

/** Each decision by a person, of `amount` where it takes one. */
const DECIDE = {
  "write-off": (name, { bookingId }, amount) => writeOffMissing(as(name), writeOffInput.parse(said({ bookingId, amount }))),
  waive: (name, { bookingId }, amount) => waiveDue(as(name), waiveInput.parse(said({ bookingId, amount }))),
  goodwill: (name, { id }) => giveGoodwill(as(name), goodwillInput.parse(said({ refundId: id }))),
  "chargeback-accepted": (name, { id }) => acceptChargeback(as(name), acceptChargebackInput.parse(said({ disputeId: id }))),
} as const satisfies Record<string, (name: string, loss: Loss, amount: number) => Promise<Decided>>;

const COVERS = { refunded: ["write-off", "waive", "goodwill"], disputed: ["write-off", "waive", "chargeback-accepted"] } as const;

const PAIRS = (["refunded", "disputed"] as const).flatMap((kind) => COVERS[kind].flatMap((first) => COVERS[kind].map((second) => ({ kind, first, second }))));

async function decided(bookingId: string): Promise<number> {
  const rows = await desk.db.select().from(moneyDecisions).where(eq(moneyDecisions.bookingId, bookingId));
  return rows.reduce((sum, { amount }) => sum + amount, 0);
}

const short = async (bookingId: string) => (await desk.incidents(bookingId)).find(({ cause }) => cause === `money-short:${bookingId}`)?.data["missing"] ?? 0;

test.each(PAIRS)("$kind: after $first, $second of the same money is refused, by another person too", async ({ kind, first, second }) => {
  const loss = await LOSSES[kind]();
  expect(await short(loss.bookingId)).toBe(ALL);
  expect(await DECIDE[first]("maya", loss, ALL)).toMatchObject({ amount: ALL, back: 0 });
  const refused = await refusalOf(DECIDE[second]("dewi", loss, ALL), "PRECONDITION");
  if (first === second && (first === "goodwill" || first === "chargeback-accepted")) expect(refused).toMatchObject({ reason: expect.stringContaining("operator:maya") });
  await refusalOf(DECIDE[second]("dewi", loss, 100), "PRECONDITION");
  await balance(desk.ctx, loss.bookingId);
  // The loss is decided once, nothing is missing, nothing moves.
  expect(await decided(loss.bookingId)).toBe(ALL);
  expect(await short(loss.bookingId)).toBe(0);
  expect(await desk.refunds(loss.bookingId)).toHaveLength(kind === "refunded" ? 1 : 0);
});

test.each(PAIRS.filter(({ first, second }) => ["write-off", "waive"].includes(first) && ["write-off", "waive"].includes(second)))(
  "$kind in part: $first of a part leaves the rest to $second, and not more",
  async ({ kind, first, second }) => {
    const loss = await LOSSES[kind](15_000);
    await DECIDE[first]("maya", loss, 5_000);
    await balance(desk.ctx, loss.bookingId);
    expect(await short(loss.bookingId)).toBe(10_000);
    await refusalOf(DECIDE[second]("dewi", loss, 10_001), "PRECONDITION");
    await DECIDE[second]("dewi", loss, 10_000);
    await balance(desk.ctx, loss.bookingId);
    expect(await decided(loss.bookingId)).toBe(15_000);
    expect(await short(loss.bookingId)).toBe(0);
    expect(await desk.refunds(loss.bookingId)).toHaveLength(kind === "refunded" ? 1 : 0);
  },
);

test("what is waived beyond what is missing goes back, and only by who says how much", async () => {
  const { bookingId } = await LOSSES.refunded(5_000);
  const waive = (amount: number, back?: number) => waiveDue(as("maya"), waiveInput.parse(said({ bookingId, amount, back })));
  expect(await refusalOf(waive(7_000), "PRECONDITION")).toMatchObject({ reason: expect.stringContaining("it gives EUR 20.00 back to the guest") });
  await waive(5_000);
  expect(await refusalOf(waive(5_000), "PRECONDITION")).toMatchObject({ reason: expect.stringContaining("it gives EUR 50.00 back to the guest") });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toHaveLength(1);
  expect(await waive(3_000, 3_000)).toMatchObject({ back: 3_000 });
  await balance(desk.ctx, bookingId);
  expect((await desk.refunds(bookingId)).map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([3_000, 5_000]);
  expect(await short(bookingId)).toBe(0);
});
