import type { Gate } from "../kit/gate.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import type { MidtransState } from "./state.ts";

const KEPT_MS = 5 * 60_000;
const LONGEST_KEY = 46;

export interface KeyMemory {
  once(request: RawRequest, execute: () => Reply): Promise<Reply>;
}

/**
 * `Idempotency-Key`: five minutes, one key space for all endpoints, only successful answers,
 * replayed whatever the body is. Longer keys are ignored, and so are Permata's accounts.
 */
export function createKeyMemory(state: MidtransState, gate: Gate): KeyMemory {
  const memory = state.store.collection<{ at: number; status: number; body: unknown }>("idempotency");
  const inFlight = new Set<string>();
  return {
    async once(request, execute) {
      const key = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
      if (!key || key.length > LONGEST_KEY) return state.store.atomically(execute);
      if (inFlight.has(key)) {
        const status_message = "A request with the same Idempotency-Key is being processed.";
        return { status: 202, body: { status_code: "202", status_message } };
      }
      const known = memory.get(key);
      if (known && known.at + KEPT_MS > state.clock.now()) return { status: known.status, body: known.body };
      inFlight.add(key);
      try {
        await gate.pass();
        return state.store.atomically(() => {
          const reply = execute();
          if (isKept(reply)) {
            memory.put(key, {
              at: state.clock.now(),
              status: reply.status ?? 200,
              body: reply.body,
            });
          }
          return reply;
        });
      } finally {
        inFlight.delete(key);
      }
    },
  };
}

/** Paid, or under way (a page made, an account to transfer to); a denial (202) is no success. */
function isKept({ status = 200, body }: Reply): boolean {
  const code = String((body as { status_code?: string }).status_code ?? status);
  return (code === "200" || code === "201") && !("permata_va_number" in (body as object));
}
