import type { StayState } from "../../../db/schema/bookings.ts";
import type { PaymentState } from "../../../db/schema/payments.ts";
import type { Guard } from "./guards.ts";

/** Half-open: the first night, and the day of departure. */
export type Span = readonly [from: number, to: number];

export interface GuestPlan {
  stay: Span;
  pays: "online" | "property";
  cancels?: boolean;
  /** The stay that a confirmed booking is changed to. */
  changesTo?: Span;
  /** The change costs more: a draft holds the nights that it lacks until the difference is paid, or its time is over. */
  paysDifference?: boolean;
  /** Pays by a slow method, which may extend the hold once. */
  slow?: boolean;
  /** The cardholder's bank may take the money back. */
  disputes?: boolean;
  /** Staff may give half of the money back as a gift. */
  gift?: boolean;
  /** Cancelling costs half of the money. */
  fee?: boolean;
  /** Sends its request again after the answer, too. */
  repeats?: boolean;
}

export interface Configuration {
  units: number;
  nights: number;
  guests: readonly GuestPlan[];
  /** A channel's guest, always accepted. */
  channel?: Span;
  channelCancels?: boolean;
  /** The hotelier blocks a unit, takes one out of service against all bookings, allows one beyond. */
  staff?: Span;
  /** Processes die between any two steps. */
  crashes: boolean;
  /** Notices of the provider come again, and late. */
  duplicates?: boolean;
  /** The provider may be out of reach at the hold's end, beyond the grace. */
  unreachable?: boolean;
  lock?: boolean;
  cache?: boolean;
  /** The moment comes after which the stays can't be sold any more. */
  saleEnds?: boolean;
}

/** A night's row; the audit's begins with what was loaded. */
export interface Night {
  physical: number;
  allowance: number;
  sold: number;
  held: number;
  blocked: number;
  oversold: number;
}

type Money = Extract<PaymentState, "created" | "denied" | "authorised" | "captured" | "voided" | "expired">;

/** One guest, their booking, their payment, and every process at work for them; "" is nothing. */
export interface Guest {
  // What the browser was told, and the request under way.
  answer: "" | "held" | "sold out";
  request: "" | "begun" | "saw free" | "saw full" | "answer not stored";
  stored: "" | "held" | "sold out";
  made: number;
  // The booking.
  state: "" | Extract<StayState, "pending" | "confirmed" | "expired" | "cancelled">;
  from: number;
  to: number;
  /** Whether it ever was a sale. */
  sale: boolean;
  clock: "live" | "overdue" | "past grace";
  endedBy: "" | "job" | "take";
  /** What a verb without the booking's lock has read. */
  seen: "" | "cancel pending" | "cancel confirmed" | "pay pending";
  /** A change of the stay: the draft that waits for its difference, or the half of a change without its guard. */
  change: "" | "held" | "overdue" | "half" | "done" | "over";
  difference: "" | "authorised" | "captured" | "voided";
  // The payment: our row, the provider's truth, and what is on its way between them.
  row: "" | Money;
  provider: "" | Money;
  /** What a reader brings from the provider; `again`: our row has moved since, so it reads once more. */
  view: "" | Money | "again";
  closing: "" | "closed" | "open" | "paid";
  balancing: "" | "capture" | "void" | "refund" | "refunded" | Money | "again";
  refund: "" | "requested" | "succeeded" | "withdrawn";
  refunded: number;
  extended: boolean;
  dispute: "" | "open" | "won" | "lost";
  gift: boolean;
  // Messages of the queue: waiting, or waiting once more.
  balance: "" | "due" | "due again";
  pages: "" | "due" | "closed" | "paid";
  mail: "" | "due" | "sending" | "done";
  mails: number;
  lock: "" | "held" | "run out";
  /** A promise that a step saw broken. */
  wrong: string;
}

/** What a move adds to a night; negative takes away. */
export type Delta = Partial<Night>;

export interface State {
  nights: Night[];
  /** The sums of the audit's deltas. */
  audit: Night[];
  /** Deltas and events that are written after their cause: empty while the guards stand. */
  unaudited: { night: number; delta: Delta }[];
  unsent: { guest: number; event: Event }[];
  guests: Guest[];
  channel: "" | "sold" | "cancelled";
  staff: { blocked: boolean; out: boolean; allowed: boolean };
  saleEnded: boolean;
  lock: number;
  cache: { moves: number; writes: number[]; cached: number; newest: number };
}

export type Event = "confirmed" | "cancelled" | "released" | "expired" | "money changed";

/** What a step may ask: the configuration, and which guards stand. */
export interface Model {
  configuration: Configuration;
  without: Guard | undefined;
}

export const stands = (model: Model, guard: Guard): boolean => model.without !== guard;

const NEW_GUEST: Omit<Guest, "from" | "to"> = {
  answer: "",
  request: "",
  stored: "",
  made: 0,
  state: "",
  sale: false,
  clock: "live",
  endedBy: "",
  seen: "",
  change: "",
  difference: "",
  row: "",
  provider: "",
  view: "",
  closing: "",
  balancing: "",
  refund: "",
  refunded: 0,
  extended: false,
  dispute: "",
  gift: false,
  balance: "",
  pages: "",
  mail: "",
  mails: 0,
  lock: "",
  wrong: "",
};

export function initial({ units, nights, guests }: Configuration): State {
  const loaded = () => Array.from({ length: nights }, (): Night => ({ physical: units, allowance: 0, sold: 0, held: 0, blocked: 0, oversold: 0 }));
  return {
    nights: loaded(),
    audit: loaded(),
    unaudited: [],
    unsent: [],
    guests: guests.map(({ stay: [from, to] }) => ({ ...NEW_GUEST, from, to })),
    channel: "",
    staff: { blocked: false, out: false, allowed: false },
    saleEnded: false,
    lock: -1,
    cache: { moves: 0, writes: [], cached: 0, newest: 0 },
  };
}

/** A state that a step may write on. */
export function copyOf(state: State): State {
  return {
    nights: state.nights.map((night) => ({ ...night })),
    audit: state.audit.map((night) => ({ ...night })),
    unaudited: [...state.unaudited],
    unsent: [...state.unsent],
    guests: state.guests.map((guest) => ({ ...guest })),
    channel: state.channel,
    staff: { ...state.staff },
    saleEnded: state.saleEnded,
    lock: state.lock,
    cache: { ...state.cache, writes: [...state.cache.writes] },
  };
}

/**
 * The same text for the same state: a letter for each value, since a key is made at each of a million steps.
 * Lists without an order are kept sorted by their steps.
 */
export function keyOf({ nights, audit, guests, channel, staff, saleEnded, lock, cache, unaudited, unsent }: State): string {
  const letters = [channel, saleEnded, lock, staff.blocked, staff.out, staff.allowed, cache.moves, cache.cached, cache.newest].map(letterOf);
  for (const { physical, allowance, sold, held, blocked, oversold } of [...nights, ...audit]) {
    letters.push(letterOf(physical), letterOf(allowance), letterOf(sold), letterOf(held), letterOf(blocked), letterOf(oversold));
  }
  for (const guest of guests) for (const field of FIELDS) letters.push(letterOf(guest[field]));
  const key = String.fromCharCode(...letters);
  return cache.writes.length + unaudited.length + unsent.length > 0 ? key + JSON.stringify([cache.writes, unaudited, unsent]) : key;
}

const FIELDS = ["from", "to", ...Object.keys(NEW_GUEST)] as (keyof Guest)[];
const letters = new Map<string | number | boolean, number>();

function letterOf(value: string | number | boolean): number {
  let letter = letters.get(value);
  if (letter === undefined) {
    letter = 128 + letters.size;
    letters.set(value, letter);
  }
  return letter;
}
