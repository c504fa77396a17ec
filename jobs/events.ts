import type { z } from "zod";
import { ACCOUNT_EVENTS, PROOF_EVENTS } from "../server/accounts/index.ts";
import { BOOKING_EVENTS } from "../server/bookings/index.ts";

/** Every event that a service may write, with its payload's schema: the one contract of emitters and jobs. */
export const EVENTS = { ...BOOKING_EVENTS, ...ACCOUNT_EVENTS, ...PROOF_EVENTS } as const;

export type EventType = keyof typeof EVENTS;
export type PayloadOf<T extends EventType> = { [K in T]: z.output<(typeof EVENTS)[K]> }[T];
