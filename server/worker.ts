import { createMiddleware } from "hono/factory";
import { openDatabase } from "../db/client.ts";
import { coalesced } from "../jobs/outbox.ts";
import { createAuth, type Auth } from "./accounts/index.ts";
import { app } from "./app.ts";
import { clientAddress } from "./platform/client-address.ts";
import { readConfig } from "./platform/config.ts";
import { keptHealth } from "./platform/health.ts";
import { createLimits } from "./platform/limits.ts";
import { createLogger, logConsole } from "./platform/log.ts";
import { noMetrics } from "./platform/metrics.ts";
import { alone } from "./platform/together.ts";
import { createServices } from "./services.ts";

// The workerd entry. A socket belongs to the request that opened it, so every client lives for one request.

interface Bindings {
  ASSETS: { fetch(request: Request): Promise<Response> };
  /** A pooler near the database; without it `DATABASE_URL` names the server or its provider's pooler. */
  HYPERDRIVE?: { connectionString: string };
  [variable: string]: unknown;
}

interface Lifetime {
  waitUntil(work: Promise<unknown>): void;
}

/** A request may have 6 connections open at once: the rest are for Redis, the queue and the vendors. */
const CONNECTIONS = 3;

/** The platform collects what the console is told. */
// oxlint-disable-next-line no-console
const say = console.log.bind(console);
logConsole(console, createLogger("warn", say));

const health = keptHealth();

async function answer(request: Request, env: Bindings, lifetime: Lifetime): Promise<Response> {
  const config = readConfig({ NODE_ENV: "production", CLIENT_IP_HEADER: "cf-connecting-ip", ...env, ...(env.HYPERDRIVE && { DATABASE_URL: env.HYPERDRIVE.connectionString }) });
  const log = createLogger(config.LOG_LEVEL, say);
  const database = openDatabase(config.DATABASE_URL, { max: CONNECTIONS, maxWaiting: 1 });
  const services = createServices(config, database.db, log, noMetrics, alone);

  let auth: Auth | undefined;
  const deferred: Promise<unknown>[] = [];
  const defer = (work: Promise<unknown>): void => void deferred.push(work.catch((error: unknown) => log.warn("deferred work failed", {}, error)));
  const published = coalesced(services, defer);
  try {
    return await app.fetch(request, {
      services,
      // Made where it is asked for: files, public queries, jobs and webhooks know no accounts.
      get auth() {
        return (auth ??= createAuth({ ...services, published }));
      },
      limits: createLimits(services.redis, config, noMetrics),
      clientAddress: clientAddress(config.CLIENT_IP_HEADER && request.headers.get(config.CLIENT_IP_HEADER)),
      defer,
      published,
      health,
      assets: createMiddleware((c) => file(c.req.raw, env.ASSETS)),
    });
  } finally {
    lifetime.waitUntil(finish(deferred).then(() => database.close()));
  }
}

/** Deferred work may defer more. */
async function finish(deferred: Promise<unknown>[]): Promise<void> {
  while (deferred.length > 0) await Promise.all(deferred.splice(0));
}

/** A file of the client's; a path without an extension is one of the SPA's own. */
async function file(request: Request, assets: Bindings["ASSETS"]): Promise<Response> {
  const { pathname } = new URL(request.url);
  const isFile = /\.\w+$/.test(pathname);
  const found = await assets.fetch(isFile ? request : new Request(new URL("/index.html", request.url), request));
  const response = new Response(found.body, found);
  response.headers.set("cache-control", found.status < 400 && pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

export default { fetch: answer };
