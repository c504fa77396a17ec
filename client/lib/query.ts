import { QueryClient } from "@tanstack/react-query";
import { refusalOf } from "./refusal.ts";

/** A busy room comes free in a moment; a server that is out is asked less often, since somebody looks at an empty page meanwhile. */
const MAX_TRIES = { busy: 4, out: 2 };
/** Told to wait longer than this, we ask the person instead of retrying behind their back. */
const PATIENCE_MS = 8_000;

function waitFor(error: unknown): number {
  const refusal = refusalOf(error);
  return refusal && "retryAfterMs" in refusal.facts ? refusal.facts.retryAfterMs : 500;
}

/** A busy room is tried again by itself; a query also when something below the server is out. */
export function mayRetry(kind: "query" | "mutation", tries: number, error: unknown): boolean {
  const refusal = refusalOf(error);
  // It came with the cookie that was missing: asked once more, it is a known guest's.
  if (refusal?.code === "PRECONDITION" && refusal.facts.again) return tries === 0;
  const code = refusal?.code;
  const isOut = kind === "query" && (code === "UNAVAILABLE" || code === "UNREACHABLE");
  const most = code === "ROOM_BUSY" ? MAX_TRIES.busy : isOut ? MAX_TRIES.out : 0;
  return tries < most && waitFor(error) <= PATIENCE_MS;
}

/** Milliseconds before the next try: what the server asked for, growing, with up to half as much again as jitter. */
export function retryDelay(tries: number, error: unknown): number {
  return Math.min(waitFor(error) * 2 ** tries, PATIENCE_MS) * (1 + Math.random() / 2);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // Without a connection a query fails at once and says so, and is asked again when there is one: paused, it would load for ever.
      networkMode: "always",
      refetchOnReconnect: true,
      retry: (tries, error) => mayRetry("query", tries, error),
      retryDelay,
    },
    mutations: { networkMode: "always", retry: (tries, error) => mayRetry("mutation", tries, error), retryDelay },
  },
});
