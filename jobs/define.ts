import type { z } from "zod";
import type { Context } from "../server/context.ts";

/** What every message carries; the payload is the event's own. */
export interface Message {
  outboxId: string;
  type: string;
  v: number;
  payload: Record<string, unknown>;
}

/**
 * A job: what follows from an event. The payload is ids; the handler reads the world anew, and running it
 * twice or late does no harm.
 */
export interface Job<I extends z.ZodType = z.ZodType> {
  /** Its endpoint is `/jobs/{name}`. */
  name: string;
  /** Types of events that it follows. */
  on: readonly string[];
  input: I;
  /** Whether this event concerns the job at all; each message costs. Always when absent. */
  when?: (payload: z.infer<I>) => boolean;
  /** Deliver not before this instant; at once when absent. */
  at?: (payload: z.infer<I>) => Date;
  /** How long after its event a transient failure is still replayed, in milliseconds. */
  deadlineMs: number;
  handler: (ctx: Context, payload: z.infer<I>) => Promise<void>;
}

/** Types a job's handler by its own input. */
export function defineJob<I extends z.ZodType>(job: Job<I>): Job {
  return job;
}

export const HOUR_MS = 3_600_000;
