import { queryOptions } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";
import { ask } from "./ask.ts";
import { queryClient } from "./query.ts";
import { trpc } from "./trpc.ts";

export interface SessionUser {
  id: string;
  name: string;
  email: string;
}

/** What a failed answer means that doesn't say so itself: a library or a proxy wrote it. */
const OUT = { error: { message: "UNAVAILABLE", code: -32_603, data: { domain: { code: "UNAVAILABLE", facts: { what: "accounts", retryAfterMs: 500 } } } } };

/** Who is signed in, or null. Asked by a plain request, so that the sign-in library loads only on its own screens. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 60_000,
  queryFn: async (): Promise<SessionUser | null> => {
    const response = await askAuth("get-session");
    const session = (await response.json()) as { user?: SessionUser } | null;
    return session?.user ?? null;
  },
});

/** A failure is told as those of the API are. @throws TRPCClientError, which `explain` has the sentences for */
async function askAuth(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await ask(`/auth/${path}`, { credentials: "same-origin", ...init }).catch((cause: Error) => {
    throw TRPCClientError.from(cause);
  });
  if (response.ok) return response;
  const told = (await response.json().catch(() => undefined)) as Partial<typeof OUT> | undefined;
  throw TRPCClientError.from(told?.error?.data ? told : OUT);
}

/**
 * To call after signing in or out: what was asked as somebody else is forgotten. Screens still shown keep
 * their data, so leave a private one first.
 */
export async function sessionChanged(): Promise<void> {
  queryClient.removeQueries({ type: "inactive" });
  // Not thrown where it fails: the next screen that needs to know asks again.
  await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  // Another account holds other rooms.
  void queryClient.invalidateQueries({ queryKey: trpc.bookings.openHolds.pathKey() });
}

/** @throws where the session stands still; whoever sees it happen should know */
export async function signOut(): Promise<void> {
  await askAuth("sign-out", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  await queryClient.cancelQueries({ queryKey: sessionQuery.queryKey });
  queryClient.setQueryData(sessionQuery.queryKey, null);
}
