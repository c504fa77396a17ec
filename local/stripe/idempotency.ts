import { createHash } from "node:crypto";
import type { Gate } from "../kit/gate.ts";
import type { Collection } from "../kit/store.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { faultReply, invalid, StripeFault } from "./errors.ts";
import type { Params } from "./form.ts";
import { newId, type StripeState } from "./state.ts";

interface Remembered {
  fingerprint: string;
  requestId: string;
  status: number;
  body: string;
  /** Milliseconds of the kit's clock. */
  at: number;
}

const KEPT_MS = 24 * 3600 * 1000;

export interface KeyMemory {
  /** Runs the request once per key: later ones get the first answer. */
  once(request: RawRequest, params: Params, execute: () => Reply): Promise<Reply>;
}

/** Stripe's idempotency: POST only, 24 hours, first status and body replayed, a concurrent twin refused. */
export function createKeyMemory(state: StripeState, gate: Gate): KeyMemory {
  const memory: Collection<Remembered> = state.store.collection("idempotency");
  const inFlight = new Set<string>();
  return {
    async once(request, params, execute) {
      const key = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
      if (key === undefined) return state.store.atomically(execute);
      if (key === "" || key.length > 255) {
        throw invalid("Idempotency keys have from 1 to 255 characters.", {
          param: "Idempotency-Key",
        });
      }
      const fingerprint = createHash("sha256")
        .update(`${request.method} ${request.path}\n${canonical(params)}`)
        .digest("hex");
      if (inFlight.has(key)) throw twin(key);
      const known = memory.get(key);
      if (known && known.at + KEPT_MS > state.clock.now()) {
        if (known.fingerprint !== fingerprint) throw otherParameters(key);
        return {
          status: known.status,
          headers: {
            "content-type": "application/json",
            "idempotency-key": key,
            "idempotent-replayed": "true",
            "original-request": known.requestId,
          },
          body: known.body,
        };
      }
      inFlight.add(key);
      const requestId = newId("req");
      const remember = (reply: Reply): Reply => {
        const body = JSON.stringify(reply.body);
        const status = reply.status ?? 200;
        memory.put(key, { fingerprint, requestId, status, body, at: state.clock.now() });
        return { ...reply, headers: { "request-id": requestId, "idempotency-key": key } };
      };
      try {
        await gate.pass();
        return state.store.atomically(() => {
          const reply = execute();
          // What began and ended in an error of the server is kept as such, though it had its effect.
          return remember(request.failsWith ?? reply);
        });
      } catch (error) {
        if (error instanceof StripeFault && error.stored) return remember(faultReply(error));
        throw error;
      } finally {
        inFlight.delete(key);
      }
    },
  };
}

/** The parameters whatever their order. */
function canonical(params: Params): string {
  return JSON.stringify(params, (_, value: unknown) =>
    typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

function twin(key: string): StripeFault {
  return new StripeFault(
    409,
    {
      type: "invalid_request_error",
      code: "idempotency_key_in_use",
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    false,
  );
}

function otherParameters(key: string): StripeFault {
  return new StripeFault(
    400,
    {
      type: "idempotency_error",
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    },
    false,
  );
}
