import { z } from "zod";
import type { Context } from "../server/context.ts";
import type { EventType, PayloadOf } from "./events.ts";

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
  on: readonly EventType[];
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

/** What `input` must be able to read: the payload of each event in `on`. */
type Reads<T extends EventType, I extends z.ZodType> = PayloadOf<T> extends z.input<I> ? I : "`input` can't read an event of `on`";

/** Types a job's handler by its own input, which must be able to read each event that the job follows. */
export function defineJob<const T extends EventType, I extends z.ZodType>(job: Omit<Job<I>, "on" | "input"> & { on: readonly T[]; input: Reads<T, I> & I }): Job {
  return job as Job<I>;
}

export const HOUR_MS = 3_600_000;
