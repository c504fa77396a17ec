import type { BookingView } from "./types.ts";

type RefundState = BookingView["refunds"][number]["state"];
export type Way = "on_its_way" | "waits" | "sent" | "by_hand";

/** How far a refund is, to the guest. */
const WAYS = {
  requested: "on_its_way",
  pending: "on_its_way",
  succeeded: "sent",
  failed: "by_hand",
  manual: "by_hand",
  withdrawn: "by_hand",
} satisfies Record<RefundState, Way>;

/** Pages that nobody can pay on any more. */
const OVER: ReadonlySet<string> = new Set(["expired", "failed", "voided"]);

/** While a refund is being asked for, and while it is the bank's turn. */
const SOON_MS = 3_000;
const LATER_MS = 30_000;

/** A booking's online money as its guest is told of it; minor units. */
export interface MoneyTold {
  /** Taken or reserved so far. */
  paid: number;
  /** What the rooms that were cancelled, or not used, cost. */
  fee: number;
  /** What goes back, made and still to be asked for. */
  back: { amount: number; way: Way }[];
  /** Of what was reserved: never charged. */
  released: number;
  /** What the guest's bank asks back, and what it has given back, by disputes. */
  disputed: number;
  lost: number;
  /** Whether money may still come: somebody can pay on a page of it. */
  mayCome: boolean;
  /** How soon to look again, while money moves by itself. */
  pollMs: number | undefined;
}

/** The one reading of the server's view: the answer, the trip and its notices say the same. */
export function moneyTold(booking: BookingView): MoneyTold {
  const reserved = sum(booking.payments.filter(({ state }) => state === "authorised"));
  const taken = booking.paid - reserved;
  // What nobody has asked back yet: a job does so within moments (decision 013). A reservation is let go instead.
  const left = Math.max(0, booking.paid - booking.lost - booking.owedOnline - sum(booking.refunds.filter(({ isGift }) => !isGift)));
  const letGo = Math.min(left, reserved);
  const asked = left - letGo;
  // Of what a bank examines the refund waits from the beginning.
  const told = [...booking.refunds, ...(asked > 0 ? [{ amount: asked, state: "requested" as const, waits: booking.disputed > 0 }] : [])];
  const isOver = booking.state === "cancelled" || booking.state === "expired";
  const voided = isOver && told.length === 0 ? sum(booking.payments.filter(({ state }) => state === "voided")) : 0;
  const charged = sum(booking.payments.filter(({ state }) => state === "captured" || state === "paid"));
  const soon = left > 0 || booking.refunds.some(({ state, waits }) => state === "requested" && !waits);
  const later = booking.refunds.some(({ state }) => state === "pending");
  return {
    paid: booking.paid,
    fee: booking.stays.reduce((total, stay) => total + stay.fee, 0),
    back: told.map(({ amount, state, waits }) => ({ amount, way: waits ? ("waits" as const) : WAYS[state] })),
    released: letGo + voided + Math.max(0, charged - taken),
    disputed: booking.disputed,
    lost: booking.lost,
    mayCome: booking.payments.some(({ state }) => !OVER.has(state)),
    pollMs: soon ? SOON_MS : later ? LATER_MS : undefined,
  };
}

/** The part of a refund that waits until the guest's bank has decided. Minor units. */
export function waitingOf(ways: readonly { way: string; amount: number }[]): number {
  return sum(ways.filter(({ way }) => way === "waits"));
}

function sum(rows: readonly { amount: number }[]): number {
  return rows.reduce((total, row) => total + row.amount, 0);
}
