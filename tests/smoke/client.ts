import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import type { AppRouter } from "../../server/router.ts";

/** A deployment as a browser sees it: the public API, with cookies kept. */
export interface Deployment {
  /** The address, without a slash at its end. */
  url: string;
  api: ReturnType<typeof createTRPCClient<AppRouter>>;
  fetch: typeof fetch;
}

/** Past this an answer is given up, in milliseconds. */
const TIMEOUT_MS = 30_000;

export function openDeployment(address: string): Deployment {
  const url = address.replace(/\/+$/, "");
  const cookies = new Map<string, string>();
  const keeping: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookies.size > 0) headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(input, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name) cookies.set(name, value ?? "");
    }
    return response;
  };
  return { url, api: createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc`, fetch: keeping })] }), fetch: keeping };
}

/** The reason for a person, with what the server said of it and the request to look for in its log. */
export function reasonOf(error: unknown): string {
  if (error instanceof TRPCClientError && error.data) return `${error.message} ${JSON.stringify(error.data)}`;
  if (error instanceof Error) return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
  return String(error);
}
