import { timingSafeEqual } from "node:crypto";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { errorReply, ResendError } from "./errors.ts";
import type { Idempotency } from "./idempotency.ts";
import type { RateLimit } from "./rate-limit.ts";
import { listEmails, readEmail } from "./read.ts";
import { cancelEmail, rescheduleEmail } from "./reschedule.ts";
import { type Desk, prepareBatch, prepareSend } from "./send.ts";

interface Api {
  apiKey: string;
  desk: Desk;
  idempotency: Idempotency;
  rateLimit: RateLimit;
}

interface Route {
  method: string;
  /** Whether it takes one. */
  query?: true;
  path: RegExp;
  run: (api: Api, request: RawRequest, id: string) => unknown;
}

const ROUTES: Route[] = [
  {
    method: "POST",
    path: /^\/emails$/,
    run: ({ desk, idempotency }, request) => idempotency.once(request, () => prepareSend(desk, json(request), key(request))),
  },
  {
    method: "POST",
    path: /^\/emails\/batch$/,
    run: ({ desk, idempotency }, request) =>
      idempotency.once(request, async () => {
        const validation = request.headers["x-batch-validation"] ?? "strict";
        if (validation !== "strict" && validation !== "permissive") {
          throw new ResendError(422, "validation_error", "The `x-batch-validation` header is `strict` or `permissive`.");
        }
        return prepareBatch(desk, json(request), key(request), validation === "permissive");
      }),
  },
  {
    method: "GET",
    query: true,
    path: /^\/emails$/,
    run: ({ desk }, { query }) => listEmails(desk.store, query),
  },
  {
    method: "GET",
    path: /^\/emails\/([^/]+)$/,
    run: ({ desk }, _, id) => readEmail(desk.store, id),
  },
  {
    method: "PATCH",
    path: /^\/emails\/([^/]+)$/,
    run: ({ desk }, request, id) => rescheduleEmail(desk, id, json(request)),
  },
  {
    method: "POST",
    path: /^\/emails\/([^/]+)\/cancel$/,
    run: ({ desk }, { body }, id) => {
      if (body.length > 0 && body.toString() !== "{}") throw new ResendError(422, "validation_error", "A cancel takes no body.");
      return cancelEmail(desk, id);
    },
  },
];

/** Resend's REST API: authorisation, rate limit, routes, and errors in its own words. */
export function createApi(api: Api): (request: RawRequest) => Promise<Reply> {
  return async (request) => {
    const { allowed, headers } = api.rateLimit.count();
    try {
      // Resend's edge turns away callers without a user agent before the API sees them.
      if (!request.headers["user-agent"]) return { status: 403, headers, body: "error code: 1010" };
      authorise(api.apiKey, request.headers["authorization"]);
      if (!allowed) {
        throw new ResendError(429, "rate_limit_exceeded", "Too many requests. Respect the rate limit headers.");
      }
      return { headers, body: await dispatch(api, request) };
    } catch (error) {
      if (!(error instanceof ResendError)) throw error;
      const reply = errorReply(error);
      return { ...reply, headers };
    }
  };
}

async function dispatch(api: Api, request: RawRequest): Promise<unknown> {
  const matching = ROUTES.filter((route) => route.path.test(request.path));
  const route = matching.find(({ method }) => method === request.method);
  if (route && !route.query && request.query.size > 0) {
    throw new ResendError(422, "validation_error", "This endpoint takes no query.");
  }
  if (route) return route.run(api, request, route.path.exec(request.path)?.[1] ?? "");
  if (matching.length > 0) throw new ResendError(405, "method_not_allowed", "Method is not allowed for this path.");
  throw new ResendError(404, "not_found", "The requested endpoint does not exist.");
}

function authorise(apiKey: string, header: string | undefined): void {
  const given = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (!given) throw new ResendError(401, "missing_api_key", "Missing API key in the authorization header.");
  const [a, b] = [Buffer.from(given), Buffer.from(apiKey)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) {
    throw new ResendError(403, "invalid_api_key", "API key is invalid.");
  }
}

function key(request: RawRequest): string | null {
  return request.headers["idempotency-key"] ?? null;
}

function json(request: RawRequest): unknown {
  try {
    return JSON.parse(request.body.toString());
  } catch {
    throw new ResendError(400, "validation_error", "The body is not valid JSON.");
  }
}
