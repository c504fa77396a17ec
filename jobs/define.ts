import { z } from "zod";
import type { Context } from "../server/context.ts";

/** What every message carries; the payload is the event's own. */
export const messageSchema = z.object({
  outboxId: z.uuid(),
  type: z.string().max(100),
  v: z.int().min(1),
  payload: z.record(z.string(), z.unknown()),
});
export type Message = z.infer<typeof messageSchema>;

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
  /** How badly a person is needed when it can't be done; `warning` when absent. */
  severity?: "info" | "warning" | "critical";
  /** What the handler would do now, in lines for a person; reads only. Absent: the booking's facts say it. */
  preview?: (ctx: Context, payload: z.infer<I>) => Promise<string[]>;
  handler: (ctx: Context, payload: z.infer<I>) => Promise<void>;
}

/** Types a job's handler by its own input. */
export function defineJob<I extends z.ZodType>(job: Job<I>): Job {
  return job;
}

export const HOUR_MS = 3_600_000;
