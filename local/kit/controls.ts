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
  return (request, id) => (request.method === "POST" ? run(readInput(request, schema), id) : { status: 405, body: { error: "POST it" } });
}

/** The switches of every stand-in: its next calls' faults, and its clock. */
export function commonControls(faults: FaultSwitch, clock: LocalClock): Controls {
  return {
    "/_control/faults": (request) => {
      if (request.method === "DELETE") faults.clear();
      if (request.method === "POST") faults.add(readInput(request, faultSchema));
      return { body: { faults: faults.list() } };
    },
    "/_control/clock": (request) => {
      if (request.method === "POST") clock.setOffset(readInput(request, z.strictObject({ offsetMs: z.number().int() })).offsetMs);
      return { body: { offsetMs: clock.offsetMs(), now: new Date(clock.now()).toISOString() } };
    },
  };
}

/** The switches of those that call webhooks: what befalls the next ones. */
export function webhookControls(webhooks: Pick<Webhooks, "fault">): Controls {
  return { "/_test/webhooks": thrown(webhookFaultSchema, (fault) => (webhooks.fault(fault), { body: {} })) };
}

/** Holds calls in the middle of their execution (`open: false`); GET says how many wait. */
export function gateControls(gate: Gate): Controls {
  return {
    "/_test/gate": (request) => {
      if (request.method === "POST") {
        if (readInput(request, z.strictObject({ open: z.boolean() })).open) gate.open();
        else gate.close();
      }
      return { body: { waiting: gate.waiting() } };
    },
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
