import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { text } from "node:stream/consumers";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import type { AppRouter } from "../../server/router.ts";

/** A deployment as a browser sees it: the public API, with cookies kept. */
export interface Deployment {
  /** The address, without a slash at its end. */
  url: string;
  api: ReturnType<typeof createTRPCClient<AppRouter>>;
  /** Posts JSON outside tRPC (accounts). @throws unless the answer is good */
  post(path: string, body: object): Promise<void>;
}

/** Past this an answer is given up, in milliseconds. */
const TIMEOUT_MS = 30_000;

export function openDeployment(address: string): Deployment {
  const url = address.replace(/\/+$/, "");
  const cookies = new Map<string, string>();
  const keep = (answered: readonly string[]): void => {
    for (const cookie of answered) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name) cookies.set(name, value ?? "");
    }
  };
  const cookie = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const keeping: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const isNew = cookies.size === 0;
    if (!isNew) headers.set("cookie", cookie());
    const response = await fetch(input, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    keep(response.headers.getSetCookie());
    // Refused for want of a cookie, which came with the refusal.
    return response.status === 412 && isNew && cookies.size > 0 ? keeping(input, init) : response;
  };
  return {
    url,
    api: createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc`, fetch: keeping })] }),
    async post(path, body) {
      const answer = await post(`${url}${path}`, body, cookie());
      if (answer.status >= 300) throw new Error(`status ${answer.status}: ${answer.body.slice(0, 300)}`);
      keep(answer.cookies);
    },
  };
}

/** `fetch` says of itself that it is a browser, and would then have to name the deployment's public origin. */
function post(url: string, body: object, cookie: string): Promise<{ status: number; body: string; cookies: string[] }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", ...(cookie && { cookie }) };
    const request = (url.startsWith("https:") ? overHttps : overHttp)(url, { method: "POST", headers, timeout: TIMEOUT_MS }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer, cookies: response.headers["set-cookie"] ?? [] }), reject);
    });
    request.once("timeout", () => request.destroy(new Error("no answer in time")));
    request.once("error", reject);
    request.end(JSON.stringify(body));
  });
}

/** The reason for a person, with what the server said of it and the request to look for in its log. */
export function reasonOf(error: unknown): string {
  if (error instanceof TRPCClientError && error.data) return `${error.message} ${JSON.stringify(error.data)}`;
  if (error instanceof Error) return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
  return String(error);
}
