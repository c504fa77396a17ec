import { createHash } from "node:crypto";
import { signedId } from "../../server/platform/tokens.ts";
import type { Random } from "./random.ts";

/** A browser, mostly without an account. */
export interface Guest {
  cookie: string;
  /** As idempotency keys and bookings name it. */
  actor: string;
  /** The address of its account, which gets the account's own mails alone. */
  account?: string;
}

export type Verb = "bookings.hold" | "bookings.cancel" | "bookings.modify" | "payments.start";

/** A mutation that a guest wanted, and what was heard of it. */
export interface Asked {
  verb: Verb;
  guest: Guest;
  input: Record<string, unknown> & { idempotencyKey: string };
  /** The first answer, once there was one; each later one must be its equal. */
  answer?: unknown;
  /** How far the clock was moved by then, in milliseconds. */
  answeredAt?: number;
  /** The last thing heard was no answer: nobody knows what came of it. */
  unknown: boolean;
}

/** A request as it went out and what was refused, by the wall clock. */
export interface Sent {
  path: string;
  actor: string;
  input: Record<string, unknown>;
  from: number;
  to: number;
  refusal?: { code: string; facts: Record<string, unknown> };
  /** Nothing was done, for now. */
  unavailable?: true;
}

/** A booking that a guest knows of. */
export interface Booked {
  guest: Guest;
  bookingId: string;
  currency: string;
  /** What the guest believes. */
  ended: boolean;
}

/** A provider's page that a guest has open. */
export interface OpenPage {
  provider: "stripe" | "midtrans";
  url: string;
  /** The bank's page, where the guest was sent on to it. */
  challengeUrl?: string;
  paid: boolean;
}

/** Guests with the cookie that the app would have given them, so that none of their requests makes them a stranger. */
export function makeGuests(random: Random, howMany: number, authSecret: string): Guest[] {
  return Array.from({ length: howMany }, () => {
    const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join("");
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    return { cookie: `nightledger.guest=${signedId("guest", authSecret, id)}`, actor: `anon:${id}` };
  });
}

/** Who books, as every seed and step may name them: a number of E.164's fifteen digits at the most. */
export function personOf(name: string): { name: string; email: string; phone: string } {
  const number = createHash("sha256").update(name).digest().readUInt32BE() % 10_000_000;
  return { name: `Guest ${name}`, email: `${name}@sim.test`, phone: `+62811${String(number).padStart(7, "0")}` };
}
