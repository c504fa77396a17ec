import { z } from "zod";
import type { LocalClock } from "./clock.ts";
import { faultSchema, type FaultSwitch } from "./faults.ts";
import type { Gate } from "./gate.ts";
import type { RawRequest, Reply } from "./serve.ts";
import { webhookFaultSchema, type Webhooks } from "./webhooks.ts";

/** What one switch does: `input` is the JSON body of a POST, checked by the schema that it was made with. */
export type Control = (request: RawRequest, id: string) => Promise<Reply> | Reply;

/** Switches by path; `*` is one segment. */
export type Controls = Record<string, Control>;

/** A switch that is thrown by POST with a JSON body. */
export function thrown<T>(schema: z.ZodType<T>, run: (input: T, id: string) => Promise<Reply> | Reply): Control {
  return byMethod({ POST: (request, id) => run(readInput(request, schema), id) });
}

/** A switch by the method that asks; what else is asked is refused, and so is a query, or a body where none is read. */
export function byMethod(methods: Partial<Record<"GET" | "POST" | "DELETE", Control>>): Control {
  return (request, id) => {
    const run = Object.hasOwn(methods, request.method) ? methods[request.method as "GET" | "POST" | "DELETE"] : undefined;
    if (!run) return { status: 405, body: { error: `it takes ${Object.keys(methods).join(", ")}` } };
    if (request.query.size > 0 || (request.method !== "POST" && request.body.length > 0)) return { status: 400, body: { error: "it takes no query, and a body only with POST" } };
    return run(request, id);
  };
}

const clockSchema = z.strictObject({ offsetMs: z.number().int() });

function timeOf(clock: LocalClock): { offsetMs: number; now: string } {
  return { offsetMs: clock.offsetMs(), now: new Date(clock.now()).toISOString() };
}

/** The switches of every stand-in: its next calls' faults, and its clock. */
export function commonControls(faults: FaultSwitch, clock: LocalClock): Controls {
  return {
    "/_control/faults": byMethod({
      GET: () => ({ body: { faults: faults.list() } }),
      POST: (request) => (faults.add(readInput(request, faultSchema)), { body: { faults: faults.list() } }),
      DELETE: () => (faults.clear(), { body: { faults: [] } }),
    }),
    "/_control/clock": byMethod({
      GET: () => ({ body: timeOf(clock) }),
      POST: (request) => (clock.setOffset(readInput(request, clockSchema).offsetMs), { body: timeOf(clock) }),
    }),
  };
}

/** The switches of those that call webhooks: what befalls the next ones. */
export function webhookControls(webhooks: Pick<Webhooks, "fault">): Controls {
  return { "/_test/webhooks": thrown(webhookFaultSchema, (fault) => ({ body: { left: webhooks.fault(fault) } })) };
}

/** Holds calls in the middle of their execution (`open: false`); GET says how many wait. */
export function gateControls(gate: Gate): Controls {
  return {
    "/_test/gate": byMethod({
      GET: () => ({ body: { waiting: gate.waiting() } }),
      POST: (request) => {
        if (readInput(request, z.strictObject({ open: z.boolean() })).open) gate.open();
        else gate.close();
        return { body: { waiting: gate.waiting() } };
      },
    }),
  };
}

/** Runs the switch of a path; what it can't read is refused with 400. */
export async function runControl(controls: Controls, request: RawRequest): Promise<Reply> {
  for (const [path, control] of Object.entries(controls)) {
    const match = new RegExp(`^${path.replace("*", "([^/]+)")}$`).exec(request.path);
    if (!match) continue;
    try {
      return await control(request, match[1] ?? "");
    } catch (error) {
      if (error instanceof Misread) return { status: 400, body: { error: error.message } };
      throw error;
    }
  }
  return { status: 404, body: { error: "unknown control path" } };
}

class Misread extends Error {}

export function readInput<T>(request: RawRequest, schema: z.ZodType<T>): T {
  let content: unknown;
  try {
    content = JSON.parse(request.body.toString() || "{}");
  } catch {
    throw new Misread("body is not valid JSON");
  }
  const input = schema.safeParse(content);
  if (!input.success) throw new Misread(z.prettifyError(input.error));
  return input.data;
}
