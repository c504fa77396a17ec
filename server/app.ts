import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { measureAges } from "../jobs/ages.ts";
import { fileDeadLetter } from "../jobs/dead-letters/file.ts";
import { withinLimit } from "../jobs/limit.ts";
import { receive } from "../jobs/receive.ts";
import { JOBS } from "../jobs/registry.ts";
import { tick } from "../jobs/tick.ts";
import { answerAuth, AUTH_ROUTES, greetGuest, guestActor, type Auth } from "./accounts/index.ts";
import type { Context, Services } from "./context.ts";
import { isDomainError } from "./errors.ts";
import { isPublished } from "./hotels/is-published.ts";
import { limited, unavailable } from "./platform/answers.ts";
import { ownOrigins } from "./platform/config.ts";
import type { Health } from "./platform/health.ts";
import { newId } from "./platform/ids.ts";
import { networkOf } from "./platform/client-address.ts";
import { keyedHash } from "./platform/keyed-hash.ts";
import type { Limits, Tier } from "./platform/limits.ts";
import { isPage } from "./platform/pages.ts";
import { sameText } from "./platform/tokens.ts";
import { calendarRoute, pictures } from "./files.ts";
import { appRouter } from "./router.ts";
import { hotelsAnswer } from "./search/answer.ts";
import { isTransientFailure, thrownByContext } from "./trpc.ts";
import { webhook } from "./webhooks.ts";

/** What an entry gives for each request; on Node the same for all, on workerd made anew. */
export interface Runtime {
  services: Services;
  auth: Auth;
  limits: Limits;
  clientAddress: string;
  defer: (work: Promise<unknown>) => void;
  published: () => void;
  health: (services: Services) => Promise<Health>;
  /** The Prometheus page, where there is one. */
  metricsPage?: () => Promise<string>;
  /** The SPA's files, and its page for every other path. */
  assets: MiddlewareHandler;
}

interface Env {
  Bindings: Runtime;
  Variables: { requestId: string };
}

const MAX_BODY = 256 * 1024;

/** So long a page waits for what only its status depends on. */
const STATUS_MS = 300;

/** Which allowance a path counts against; job and webhook calls are signed instead. */
const TIERS: [prefix: string, Tier][] = [
  ["/trpc/bookings.lookup", "lookup"],
  ["/trpc/bookings.hold", "booking"],
  ["/trpc/bookings.modifyQuote", "general"],
  ["/trpc/bookings.modify", "booking"],
  ["/trpc/bookings.cancelQuote", "general"],
  ["/trpc/bookings.cancel", "booking"],
  ["/trpc/payments.start", "booking"],
  ["/trpc/proofs.", "lookup"],
  ["/auth/sign-in", "lookup"],
  ["/auth/sign-up", "lookup"],
  ["/auth/request-password-reset", "lookup"],
  ["/auth/verify-email", "lookup"],
  ["/auth/reset-password", "lookup"],
  ["/auth/change-password", "lookup"],
  ["/auth/organization/invite-member", "lookup"],
  ["/trpc/", "general"],
  ["/auth/", "general"],
  ["/bookings/", "general"],
  ["/art/", "general"],
];

/** What can do nothing counts like any other request: another site's picture asks for it by GET, in its visitor's name. */
function tierOf(method: string, path: string): Tier | undefined {
  const tier = TIERS.find(([prefix]) => path.startsWith(prefix))?.[1];
  // All that a procedure's own tier is for are mutations.
  const acts = path.startsWith("/auth/") ? AUTH_ROUTES.has(`${method} ${path}`) : method === "POST";
  return tier && (acts ? tier : "general");
}

/** No path of ours: the routers behind the gateway could read it as another one than the limits do. */
const AMBIGUOUS = /\/\/|\\|%2f|%5c/i;

/** Procedures that are the same for everybody: GET, without cookies, cacheable by a CDN for a moment. */
const PUBLIC = /^\/trpc\/(search|hotels|rooms)\.|^\/trpc\/ping$/;

const ANYBODY: Context["actor"] = { kind: "guest", anonId: "public" };
const FOR_THE_CDN = "public, max-age=5, stale-while-revalidate=10";

/** The gateway: one fetch handler on Web standards, for Node and workerd alike. */
export const app = new Hono<Env>();

app.use(async (c, next) => {
  const given = c.req.header("x-request-id");
  c.set("requestId", given && /^[\w-]{8,64}$/.test(given) ? given : newId());
  await next();
  c.res.headers.set("x-request-id", c.get("requestId"));
});

/** The headers of every answer; built once, since a policy's text is the same each time. */
function headers(overTls: boolean): MiddlewareHandler<Env> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
    },
    xFrameOptions: "DENY",
    strictTransportSecurity: overTls ? "max-age=31536000; includeSubDomains" : false,
    referrerPolicy: "strict-origin-when-cross-origin",
    crossOriginEmbedderPolicy: false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  });
}
const headersOverTls = headers(true);
const headersOverPlain = headers(false);
app.use((c, next) => (c.env.services.config.PUBLIC_URL.startsWith("https:") ? headersOverTls : headersOverPlain)(c, next));

/** A body that says its length is judged by it; only one that doesn't is counted as it comes, which costs a stream of its own. */
const countBody: MiddlewareHandler<Env> = bodyLimit({ maxSize: MAX_BODY, onError: (c) => c.json({ error: "The request is too large." }, 413) });
app.use((c, next) => {
  const length = c.req.header("content-length");
  const told = length !== undefined && !c.req.header("transfer-encoding");
  return told && Number(length) <= MAX_BODY ? next() : c.req.method === "GET" ? next() : countBody(c, next);
});

app.use((c, next) => (AMBIGUOUS.test(c.req.path) ? Promise.resolve(c.text("not found", 404)) : next()));

/** A browser says where a request comes from: another site's may not change anything here. */
app.use(async (c, next) => {
  const path = c.req.path;
  const browserFacing = path.startsWith("/trpc/") || path.startsWith("/auth/");
  if (browserFacing && c.req.method !== "GET" && c.req.method !== "HEAD") {
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const ours = origin ? ownOrigins(c.env.services.config).includes(origin) : !site || site === "same-origin" || site === "none";
    if (!ours) return c.json({ error: "This request came from another site." }, 403);
    if (path.startsWith("/trpc/") && !c.req.header("content-type")?.startsWith("application/json")) return c.json({ error: "Send JSON." }, 415);
  }
  const tier = tierOf(c.req.method, path);
  const wait = tier && (await c.env.limits.check(tier, c.env.clientAddress));
  if (wait) return limited(wait);
  return next();
});

/** A search whose page stands in the cache goes out as it was stored; every other is tRPC's. */
app.get("/trpc/search.hotels", async (c, next) => {
  const { services } = c.env;
  const raw = /\?input=([^&#]+)$/.exec(c.req.url)?.[1];
  if (raw === undefined || c.req.method !== "GET" || c.req.header("trpc-accept") !== undefined) return next();
  const started = performance.now();
  await services.clock.sync();
  const answer = await hotelsAnswer(contextFor(c.env, ANYBODY, c.get("requestId")), raw);
  if (answer === undefined) return next();
  services.metrics.observe("trpc_seconds", (performance.now() - started) / 1000, { path: "search.hotels", type: "query" });
  return c.body(answer, 200, { "content-type": "application/json", vary: "trpc-accept, accept", "cache-control": "no-store", "cdn-cache-control": FOR_THE_CDN });
});

app.all("/trpc/*", async (c) => {
  const { services } = c.env;
  const isPublic = PUBLIC.test(c.req.path);
  const isQuote = c.req.path.startsWith("/trpc/rooms.quote");
  await services.clock.sync();
  return fetchRequestHandler({
    endpoint: "/trpc",
    req: c.req.raw,
    router: appRouter,
    // The app batches its own queries alone. A limit counts requests, and who calls is decided once for all
    // that one names: so no mutation and no public query comes with company.
    allowBatching: c.req.method === "GET" && !isPublic,
    maxBatchSize: 10,
    async createContext({ resHeaders }) {
      try {
        const actor = isPublic ? ANYBODY : await guestActor(services, c.req.raw.headers, (cookie) => resHeaders.append("set-cookie", cookie));
        return contextFor(c.env, actor, c.get("requestId"));
      } catch (error) {
        throw thrownByContext(error, services.log.with({ request_id: c.get("requestId") }));
      }
    },
    responseMeta({ errors, type }) {
      const retry = errors.find((error) => isDomainError(error.cause, "UNAVAILABLE") || isDomainError(error.cause, "ROOM_BUSY"))?.cause;
      const headers = new Headers({ "cache-control": "no-store" });
      // For the CDN alone: a browser that took it too would show an old price again after PRICE_CHANGED.
      if (isPublic && !isQuote && type === "query" && errors.length === 0) headers.set("cdn-cache-control", FOR_THE_CDN);
      if (isDomainError(retry, "UNAVAILABLE")) headers.set("retry-after", String(Math.ceil(retry.facts.retryAfterMs / 1000)));
      return { headers };
    },
  });
});

app.get("/auth/get-session", async (c, next) => {
  await next();
  greetGuest(c.env.services.config, c.req.raw.headers, (cookie) => c.header("set-cookie", cookie, { append: true }));
});
app.all("/auth/*", (c) => answerAuth(c.env, c.req.raw));

app.post("/jobs/tick", async (c) => tick(await systemContext(c.env, "tick", c.get("requestId")), c.req.raw));
app.post("/jobs/dead-letter", async (c) => fileDeadLetter(await systemContext(c.env, "dead-letter", c.get("requestId")), c.req.raw));
app.post("/jobs/:name", async (c) => {
  const job = JOBS.find((one) => one.name === c.req.param("name"));
  if (!job) return c.text("no such job", 404);
  return receive(await systemContext(c.env, job.name, c.get("requestId")), job, c.req.raw);
});

app.post("/webhooks/:vendor", async (c) => {
  await c.env.services.clock.sync();
  const vendor = c.req.param("vendor");
  return webhook(contextFor(c.env, { kind: "webhook", provider: vendor }, c.get("requestId")), vendor, c.req.raw);
});

app.get("/health", async (c) => {
  const report = await c.env.health(c.env.services);
  return c.json(report, report.ok ? 200 : 503);
});

app.get("/metrics", async (c) => {
  const { METRICS_TOKEN: token, NODE_ENV: environment } = c.env.services.config;
  const allowed = token ? sameText(c.req.header("authorization") ?? "", `Bearer ${token}`) : environment !== "production";
  if (!c.env.metricsPage || !allowed) return c.text("not found", 404);
  // Measured as they are asked for: the tick may be what stands still.
  await measureAges(c.env.services).catch((error: unknown) => c.env.services.log.warn("the ages could not be measured", {}, error));
  return c.text(await c.env.metricsPage(), 200, { "content-type": "text/plain; version=0.0.4" });
});

app.route("/art", pictures);
app.get("/bookings/:id/calendar.ics", async (c) => {
  const actor = await guestActor(c.env.services, c.req.raw.headers, () => {});
  return calendarRoute(contextFor(c.env, actor, c.get("requestId")), c.req.param("id"), c.req.query("token"));
});

/** The app's page answers every path; where it has no screen, or its property isn't there, it says so with the status too. */
app.get("*", async (c, next) => {
  const { path } = c.req;
  const answer = (await c.env.assets(c, next)) ?? undefined;
  const missing = answer?.status === 200 && !/\.\w+$/.test(path) && (!isPage(path) || (await lacksProperty(c.env, path)));
  return missing ? new Response(answer.body, { status: 404, headers: answer.headers }) : answer;
});

/** Whether the path is of a property that isn't published; where that can't be told at once, or may not be asked so often, the page says it. */
async function lacksProperty({ services, limits, clientAddress }: Runtime, path: string): Promise<boolean> {
  const slug = /^\/hotels\/([^/]+)/i.exec(path)?.[1];
  if (slug === undefined || (await limits.check("general", clientAddress)) !== undefined) return false;
  return withinLimit(isPublished(services, slug), STATUS_MS).then(
    (published) => !published,
    () => false,
  );
}

app.onError((error, c) => {
  const fields = { request_id: c.get("requestId"), route: routeOf(c.req.path) };
  if (isTransientFailure(error)) {
    c.env.services.log.warn("transient failure", fields, error);
    return unavailable("database");
  }
  c.env.services.log.error("the gateway failed", fields, error);
  return c.json({ error: "Something went wrong on our side.", requestId: c.get("requestId") }, 500);
});

/** The path's first part: what follows may be anybody's text. */
function routeOf(path: string): string {
  return /^\/(trpc|auth|jobs|webhooks|bookings|art|health|metrics)\b/.exec(path)?.[1] ?? "other";
}

function contextFor(runtime: Runtime, actor: Context["actor"], requestId: string): Context {
  const network = actor.kind === "guest" && actor !== ANYBODY ? keyedHash(runtime.services.config, "network", networkOf(runtime.clientAddress)) : undefined;
  return { ...runtime.services, actor, network, requestId, log: runtime.services.log.with({ request_id: requestId }), defer: runtime.defer, published: runtime.published };
}

async function systemContext(runtime: Runtime, name: string, requestId: string): Promise<Context> {
  await runtime.services.clock.sync();
  return contextFor(runtime, { kind: "job", name }, requestId);
}
