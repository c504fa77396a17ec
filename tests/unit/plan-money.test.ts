import fc from "fast-check";
import { expect, test } from "vitest";
import { planMoney, type MoneyFacts, type PaymentFacts, type RefundFacts } from "../../server/payments/plan-money.ts";

const AT = new Date("2026-12-01T00:00:00Z");

function paymentOf(id: string, more: Partial<PaymentFacts> = {}): PaymentFacts {
  return { id, state: "paid", amount: 100, captured: 100, hasWayBack: true, isForeign: false, rests: false, ...more };
}

function refundOf(id: string, paymentId: string, more: Partial<RefundFacts> = {}): RefundFacts {
  return { id, paymentId, amount: 100, state: "succeeded", isProviders: false, isGoodwill: false, createdAt: AT, ...more };
}

const NOTHING: MoneyFacts = { payments: [], refunds: [], disputes: [] };
const reserved = (id: string, amount = 100) => paymentOf(id, { state: "authorised", amount, captured: 0 });
const transfer = (id: string, amount = 100) => paymentOf(id, { amount, captured: amount, hasWayBack: false });
const card = (id: string, amount = 100) => paymentOf(id, { state: "captured", amount, captured: amount });

test("a reservation is let go before a transfer is paid back by hand, whichever came first", () => {
  for (const payments of [
    [reserved("card"), transfer("account")],
    [transfer("account"), reserved("card")],
  ])
    expect(planMoney({ ...NOTHING, payments }, 100).actions).toEqual([{ do: "void", paymentId: "card" }]);
});

test("a refund is asked for before a transfer is paid back by hand", () => {
  expect(planMoney({ ...NOTHING, payments: [card("card"), transfer("account")] }, 100).actions).toEqual([{ do: "refund", paymentId: "card", refundId: undefined, amount: 100 }]);
});

test("fewest transfers are paid back by hand", () => {
  const payments = [transfer("a", 100), transfer("b", 60), transfer("c", 40)];
  expect(planMoney({ ...NOTHING, payments }, 100).actions).toEqual([{ do: "refund", paymentId: "a", refundId: undefined, amount: 100 }]);
});

test("a lost dispute counts as left: nothing more goes back of it, and what was asked for behind it is withdrawn", () => {
  const facts: MoneyFacts = {
    payments: [card("card", 660)],
    refunds: [refundOf("r", "card", { amount: 220, state: "requested" })],
    disputes: [{ paymentId: "card", amount: 660, state: "open", isRefundable: false }],
  };
  expect(planMoney(facts, 440)).toMatchObject({ actions: [], withdrawn: [], missing: 0, waiting: [{ refundId: "r", amount: 220 }] });
  const lost: MoneyFacts = { ...facts, disputes: [{ ...facts.disputes[0]!, state: "lost" }] };
  expect(planMoney(lost, 440)).toEqual({ withdrawn: ["r"], actions: [], waiting: [], goesBack: 0, back: [], missing: 440, overdrawn: [] });
  expect(planMoney({ ...lost, refunds: [] }, 0)).toMatchObject({ actions: [], missing: 0, goesBack: 0 });
  const won: MoneyFacts = { ...facts, disputes: [{ ...facts.disputes[0]!, state: "won" }] };
  expect(planMoney(won, 440).actions).toEqual([{ do: "refund", paymentId: "card", refundId: "r", amount: 220 }]);
});

test("a dispute of a part leaves the rest to be given back once it is decided", () => {
  const facts: MoneyFacts = { ...NOTHING, payments: [card("card", 660)], disputes: [{ paymentId: "card", amount: 200, state: "lost", isRefundable: false }] };
  expect(planMoney(facts, 0).actions).toEqual([{ do: "refund", paymentId: "card", refundId: undefined, amount: 460 }]);
});

test("an inquiry, and an open dispute whose payment may be refunded, hold nothing back", () => {
  for (const dispute of [
    { state: "inquiry" as const, isRefundable: false },
    { state: "open" as const, isRefundable: true },
  ]) {
    const facts: MoneyFacts = { ...NOTHING, payments: [card("card")], disputes: [{ paymentId: "card", amount: 100, ...dispute }] };
    expect(planMoney(facts, 0).actions).toMatchObject([{ do: "refund", amount: 100 }]);
  }
});

test("of two payments the one that is disputed is what goes back, when that is decided", () => {
  const disputes = [{ paymentId: "first", amount: 100, state: "open" as const, isRefundable: false }];
  const facts: MoneyFacts = { ...NOTHING, payments: [card("first"), reserved("second")], disputes };
  expect(planMoney(facts, 100)).toMatchObject({ actions: [{ do: "capture", paymentId: "second", amount: 100 }], waiting: [{ paymentId: "first", amount: 100 }] });
});

test("refunds and lost disputes beyond what was taken are told, and count against what else would go back", () => {
  const facts: MoneyFacts = {
    payments: [card("first"), card("second")],
    refunds: [refundOf("r", "first")],
    disputes: [{ paymentId: "first", amount: 60, state: "lost", isRefundable: false }],
  };
  expect(planMoney(facts, 0)).toMatchObject({ overdrawn: [{ paymentId: "first", amount: 60 }], actions: [{ do: "refund", paymentId: "second", amount: 40 }] });
  expect(planMoney(facts, 100).missing).toBe(60);
});

test("goodwill is neither missing nor taken from what goes back", () => {
  const facts: MoneyFacts = { ...NOTHING, payments: [card("card", 220)], refunds: [refundOf("gift", "card", { amount: 50, isProviders: true, isGoodwill: true })] };
  expect(planMoney(facts, 220)).toMatchObject({ actions: [], missing: 0 });
  expect(planMoney(facts, 100).actions).toMatchObject([{ do: "refund", amount: 120 }]);
  // Never more than is left.
  expect(planMoney(facts, 0).actions).toMatchObject([{ do: "refund", amount: 170 }]);
});

test("a refund that a person must pay counts as given, and ends with what the dashboard gives back for it", () => {
  const payments = [card("card", 220)];
  const failed = refundOf("failed", "card", { amount: 220, state: "failed" });
  const part = refundOf("part", "card", { amount: 50, isProviders: true, createdAt: new Date(AT.getTime() + 1) });
  expect(planMoney({ ...NOTHING, payments, refunds: [failed] }, 0)).toMatchObject({ actions: [], withdrawn: [] });
  expect(planMoney({ ...NOTHING, payments, refunds: [failed, part] }, 0)).toMatchObject({ actions: [], withdrawn: [] });
  expect(planMoney({ ...NOTHING, payments, refunds: [failed, { ...part, amount: 220 }] }, 0)).toMatchObject({ actions: [], withdrawn: ["failed"] });
});

test("money in another amount is let go, and pays for nothing; while a booking is being paid nothing else moves", () => {
  const payments = [paymentOf("odd", { state: "authorised", captured: 0, isForeign: true }), paymentOf("taken", { isForeign: true }), card("card")];
  expect(planMoney({ ...NOTHING, payments }, undefined).actions).toEqual([{ do: "void", paymentId: "odd" }]);
  expect(planMoney({ ...NOTHING, payments }, 300)).toMatchObject({ actions: [{ do: "void", paymentId: "odd" }], missing: 200 });
});

test("what its provider has refused for good rests, and a new refund of it waits too", () => {
  const facts: MoneyFacts = { ...NOTHING, payments: [paymentOf("card", { rests: true })], refunds: [refundOf("r", "card", { amount: 40, state: "requested" })] };
  expect(planMoney(facts, 0)).toMatchObject({ actions: [], waiting: [{ refundId: "r" }, { refundId: undefined, amount: 60 }] });
});

// Any money that a booking may come to have.

const amounts = fc.integer({ min: 1, max: 12 });
const payments = fc
  .array(fc.record({ amount: amounts, state: fc.constantFrom("authorised", "captured", "paid", "denied" as const), hasWayBack: fc.boolean(), rests: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) =>
    list.map(({ amount, state, hasWayBack, rests }, index) => {
      const captured = state === "captured" || state === "paid" ? amount : 0;
      return paymentOf(`p${index}`, { state, amount, captured, hasWayBack: hasWayBack || state === "authorised", rests });
    }),
  );
const world = payments.chain((list) => {
  const ids = fc.constantFrom(...list.map(({ id }) => id));
  const refunds = fc
    .array(
      fc.record({
        paymentId: ids,
        amount: amounts,
        state: fc.constantFrom("requested", "pending", "succeeded", "failed", "manual", "withdrawn" as const),
        isProviders: fc.boolean(),
        isGoodwill: fc.boolean(),
      }),
      { maxLength: 4 },
    )
    .map((rows) =>
      rows
        .filter(({ paymentId }) => list.some(({ id, captured }) => id === paymentId && captured > 0))
        .map((row, index) => refundOf(`r${index}`, row.paymentId, { ...row, createdAt: new Date(AT.getTime() + index) })),
    );
  const disputes = fc.array(
    fc.record({ paymentId: ids, amount: amounts, state: fc.constantFrom("inquiry", "open", "won", "lost", "closed" as const), isRefundable: fc.boolean() }),
    { maxLength: 2 },
  );
  return fc.record({
    payments: fc.constant(list),
    refunds,
    disputes: disputes.map((rows) => rows.filter(({ paymentId }) => list.some(({ id, captured }) => id === paymentId && captured > 0))),
  });
});
const dues = fc.integer({ min: 0, max: 50 });

/** The same money once the plan is done, as its providers would do it. */
function after(facts: MoneyFacts, due: number): MoneyFacts {
  const plan = planMoney(facts, due);
  const money = new Map(facts.payments.map((payment) => [payment.id, payment]));
  const refunds = facts.refunds.map((refund) => (plan.withdrawn.includes(refund.id) ? { ...refund, state: "withdrawn" as const } : refund));
  const write = (paymentId: string, amount: number, state: RefundFacts["state"], id?: string) => {
    const known = refunds.findIndex((refund) => refund.id === id);
    if (known === -1) refunds.push(refundOf(`new${refunds.length}`, paymentId, { amount, state, createdAt: new Date(AT.getTime() + 1000) }));
    else refunds[known] = { ...refunds[known]!, state };
  };
  for (const action of plan.actions) {
    const payment = money.get(action.paymentId)!;
    if (action.do === "capture") money.set(payment.id, { ...payment, state: "captured", captured: action.amount });
    else if (action.do === "void") money.set(payment.id, { ...payment, state: "voided" });
    else write(payment.id, action.amount, payment.hasWayBack ? "succeeded" : "manual", action.refundId);
  }
  for (const one of plan.waiting) if (one.refundId === undefined) write(one.paymentId, one.amount, "requested");
  return { ...facts, payments: [...money.values()], refunds };
}

const goneOf = (facts: MoneyFacts, id: string) =>
  [...facts.refunds.filter(({ state }) => state === "pending" || state === "succeeded"), ...facts.disputes.filter(({ state }) => state === "lost")]
    .filter(({ paymentId }) => paymentId === id)
    .reduce((sum, { amount }) => sum + amount, 0);

test("no payment gives back more than it took, less what has gone already", () => {
  fc.assert(
    fc.property(world, dues, (facts, due) => {
      const { actions, waiting } = planMoney(facts, due);
      for (const { id, captured } of facts.payments) {
        const asked = [...actions.filter((action) => action.do === "refund"), ...waiting].filter(({ paymentId }) => paymentId === id);
        expect(asked.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(Math.max(0, captured - goneOf(facts, id)));
      }
    }),
  );
});

test("what a plan has done needs no other: nothing is asked for twice, and nothing else is missing", () => {
  fc.assert(
    fc.property(world, dues, (facts, due) => {
      const done = after(facts, due);
      const again = planMoney(done, due);
      expect(again).toMatchObject({ actions: [], withdrawn: [], missing: planMoney(facts, due).missing });
      // Only what rests or is reserved yet can still be told to go back.
      const moving = done.payments.filter(({ state, rests }) => state === "authorised" && rests);
      if (moving.length === 0) expect(again.goesBack).toBe(0);
    }),
  );
});

test("what goes back is exactly what there is beyond what is due", () => {
  fc.assert(
    fc.property(payments, dues, (list, due) => {
      const { goesBack, missing } = planMoney({ ...NOTHING, payments: list }, due);
      const there = list.reduce((sum, { state, amount, captured }) => sum + (state === "authorised" ? amount : captured), 0);
      expect(goesBack - missing).toBe(there - due);
      expect(goesBack === 0 || missing === 0).toBe(true);
    }),
  );
});

test("nothing is paid by hand while a cheaper way is left, and never more payments than must be", () => {
  fc.assert(
    fc.property(payments, dues, (list, due) => {
      const open = list.map((payment) => ({ ...payment, rests: false }));
      const { actions } = planMoney({ ...NOTHING, payments: open }, due);
      const byHand = (id: string) => open.some((payment) => payment.id === id && !payment.hasWayBack);
      const hands = actions.filter((action) => action.do === "refund" && byHand(action.paymentId));
      if (hands.length > 0) expect(actions.filter(({ do: what }) => what === "capture")).toEqual([]);
      const sums = open.filter(({ id, captured }) => byHand(id) && captured > 0).map(({ captured }) => captured);
      // Every choice of transfers that what is due can keep whole.
      let kept = 0;
      for (let choice = 0; choice < 2 ** sums.length; choice++) {
        const chosen = sums.filter((_, index) => choice & (1 << index));
        if (chosen.reduce((sum, one) => sum + one, 0) <= due) kept = Math.max(kept, chosen.length);
      }
      expect(hands).toHaveLength(sums.length - kept);
    }),
  );
});
