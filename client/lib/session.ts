import { queryOptions } from "@tanstack/react-query";
import { queryClient } from "./query.ts";

export interface SessionUser {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
}

/** Who is signed in, or null. Asked by a plain request, so that the sign-in library loads only on its own screens. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 60_000,
  queryFn: async (): Promise<SessionUser | null> => {
    const response = await fetch("/auth/get-session", { credentials: "same-origin" });
    if (!response.ok) return null;
    const session = (await response.json()) as { user?: SessionUser } | null;
    return session?.user ?? null;
  },
});

/**
 * To call after signing in or out: what was asked as somebody else is forgotten. Screens still shown keep
 * their data, so leave a private one first.
 */
export async function sessionChanged(): Promise<void> {
  queryClient.removeQueries({ type: "inactive" });
  await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

export async function signOut(): Promise<void> {
  await fetch("/auth/sign-out", { method: "POST", credentials: "same-origin", headers: { "content-type": "application/json" }, body: "{}" });
  await sessionChanged();
}
