import type { Services } from "../context.ts";
import { isDomainError } from "../errors.ts";
import { invalid, limited, unavailable } from "../platform/answers.ts";
import { networkOf } from "../platform/client-address.ts";
import { keyedHash } from "../platform/keyed-hash.ts";
import type { Limits } from "../platform/limits.ts";
import { ASKED_FROM } from "./asked-from.ts";
import type { Auth } from "./auth.ts";
import { countAttempt } from "./count-attempt.ts";
import { AUTH_ROUTES } from "./routes.ts";
import { renewedCookie, sessionOf } from "./session.ts";

/** What of a request's headers the library gets: it trusts others that a caller can make up. */
const PASSED_ON = ["cookie", "origin", "referer", "accept-language", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];
/** It keeps the browser's name with each session. */
const USER_AGENT_LENGTH = 200;

interface Runtime {
  services: Services;
  auth: Auth;
  limits: Limits;
  clientAddress: string;
}

/**
 * Answers a call of `/auth/`: a closed list of routes, each with a schema of ours. What goes on to the library is made anew
 * from what was checked. @throws what the database throws
 */
export async function answerAuth({ services, auth, limits, clientAddress }: Runtime, request: Request): Promise<Response> {
  const { config } = services;
  const url = new URL(request.url);
  const route = AUTH_ROUTES.get(`${request.method} ${url.pathname}`);
  if (!route) return new Response("not found", { status: 404 });
  const given = request.method === "GET" ? readQuery(url) : await readBody(request);
  if (given instanceof Response) return given;
  const input = route.input.safeParse(given);
  if (!input.success) return invalid(input.error);

  const session = await sessionOf(services, request.headers);
  const wait = await countAttempt({ config, limits }, { route, path: url.pathname, given: input.data["email"], session, clientAddress });
  if (wait) return limited(wait);

  const renewed = renewedCookie(config, request.headers);
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (renewed) headers.set("cookie", renewed.cookie);
  headers.set(ASKED_FROM, keyedHash(config, "network", networkOf(clientAddress)));
  headers.set("user-agent", (request.headers.get("user-agent") ?? "").slice(0, USER_AGENT_LENGTH));
  const target = `${config.PUBLIC_URL}${url.pathname}`;
  const onward =
    request.method === "GET"
      ? new Request(`${target}?${new URLSearchParams(input.data as Record<string, string>)}`, { headers })
      : new Request(target, { method: "POST", body: JSON.stringify(input.data), headers: withJson(headers) });
  const answer = await auth.handler(onward).catch((error: unknown) => {
    if (isDomainError(error, "RATE_LIMITED")) return limited(error.facts.retryAfterMs);
    throw error;
  });
  // The library's answer where it could not read the session: the database has gone since we did.
  if (answer.status >= 500) return unavailable("accounts");
  const response = new Response(answer.body, answer);
  response.headers.set("cache-control", "no-store");
  if (renewed && !setsSession(answer)) response.headers.append("set-cookie", renewed.setCookie);
  return response;
}

function readQuery(url: URL): Record<string, string> | Response {
  const query = Object.fromEntries(url.searchParams);
  // A name that comes twice would be read as its first by one, and as its last by another.
  return Object.keys(query).length === url.searchParams.size ? query : invalid();
}

async function readBody(request: Request): Promise<unknown> {
  if (!request.headers.get("content-type")?.startsWith("application/json")) return new Response(JSON.stringify({ code: "NO_JSON" }), { status: 415 });
  const text = await request.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return invalid();
  }
}

function withJson(headers: Headers): Headers {
  headers.set("content-type", "application/json");
  return headers;
}

function setsSession(answer: Response): boolean {
  return answer.headers.getSetCookie().some((cookie) => cookie.includes("session_token="));
}
