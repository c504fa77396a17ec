import { createHash } from "node:crypto";
import type { LocalClock } from "../kit/clock.ts";
import type { RawRequest } from "../kit/serve.ts";
import type { Store } from "../kit/store.ts";
import { ResendError } from "./errors.ts";
import { mailStore } from "./model.ts";

const KEPT_MS = 24 * 3600 * 1000;

export interface Idempotency {
  /**
   * Runs `prepare`, then its result (the commit) in one transaction with the stored answer.
   * The same key and payload within 24 h answers the same without sending; throws Resend's 400 and 409s.
   */
  once(request: RawRequest, prepare: () => Promise<() => unknown>): Promise<unknown>;
}

export function createIdempotency(store: Store, clock: LocalClock): Idempotency {
  const { answers } = mailStore(store);
  const inFlight = new Set<string>();
  return {
    async once(request, prepare) {
      const key = request.headers["idempotency-key"];
      if (key === undefined) {
        const commit = await prepare();
        return store.atomically(commit);
      }
      if (key.length < 1 || key.length > 256) {
        throw new ResendError(400, "invalid_idempotency_key", "The key must have between 1 and 256 characters.");
      }
      const fingerprint = createHash("sha256").update(request.path).update(request.body).digest("hex");
      const known = answers.get(key);
      if (known && known.expiresAt > clock.now()) {
        if (known.fingerprint === fingerprint) return known.body;
        throw new ResendError(409, "invalid_idempotent_request", "This idempotency key has been used with another payload in the last 24 hours.");
      }
      if (inFlight.has(key)) {
        throw new ResendError(409, "concurrent_idempotent_requests", "Another request with this idempotency key is in progress; try again later.");
      }
      inFlight.add(key);
      try {
        const commit = await prepare();
        return store.atomically(() => {
          const body = commit();
          answers.put(key, { fingerprint, expiresAt: clock.now() + KEPT_MS, body });
          return body;
        });
      } finally {
        inFlight.delete(key);
      }
    },
  };
}
