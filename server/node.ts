import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { createMiddleware } from "hono/factory";
import { isLostConnection, openDatabase } from "../db/client.ts";
import { coalesced } from "../jobs/outbox.ts";
import { ensureTick } from "../jobs/schedule.ts";
import { tickIfLate } from "../jobs/tick.ts";
import { createAuth } from "./accounts/index.ts";
import { app, type Runtime } from "./app.ts";
import { clientAddress } from "./platform/client-address.ts";
import { readConfig } from "./platform/config.ts";
import { keptHealth } from "./platform/health.ts";
import { newId } from "./platform/ids.ts";
import { createLimits } from "./platform/limits.ts";
import { createLogger, logConsole } from "./platform/log.ts";
import { prometheus } from "./platform/prometheus.ts";
import { inGroups } from "./platform/together.ts";
import { createServices } from "./services.ts";

// The Node entry: one process with long-lived clients.

const config = readConfig(process.env);
const log = createLogger(config.LOG_LEVEL, (line) => process.stdout.write(`${line}\n`));
logConsole(console, log);
// Rejections that nobody awaited come here too. No peer's reset, and no fault of the driver's with one, ends everybody's
// requests; any other defect ends the process, as it would without us.
process.on("uncaughtException", (error) => {
  log.error("uncaught", {}, error);
  if (!isLostConnection(error)) process.exit(1);
});
const { metrics, page } = prometheus();
const database = openDatabase(config.DATABASE_URL, { max: config.DATABASE_POOL });
const groups = inGroups((kind, size) => metrics.observe("group_size", size, { kind }));
const services = createServices(config, database.db, log, metrics, groups);

/** Work that outlives its answer; a shutdown waits for it. */
const deferred = new Set<Promise<unknown>>();
function defer(work: Promise<unknown>): void {
  const settled = work.catch((error: unknown) => log.warn("deferred work failed", {}, error)).finally(() => deferred.delete(settled));
  deferred.add(settled);
}

const immutable = "public, max-age=31536000, immutable";
const files = serveStatic({
  root: "dist/client",
  precompressed: true,
  onFound: (path, c) => c.header("cache-control", path.includes("/assets/") ? immutable : "no-cache"),
});
const spa = serveStatic({ path: "dist/client/index.html", precompressed: true, onFound: (_, c) => c.header("cache-control", "no-cache") });

const published = coalesced(services, defer);
const runtime: Omit<Runtime, "clientAddress"> = {
  services,
  auth: createAuth({ ...services, published }),
  limits: createLimits(services.redis, config, metrics),
  defer,
  published,
  health: keptHealth(),
  metricsPage: page,
  // The SPA answers every path that is not a file's.
  assets: createMiddleware(async (c, next) => {
    const file = await files(c, async () => {});
    if (file) return file;
    return /\.\w+$/.test(c.req.path) ? c.notFound() : ((await spa(c, next)) ?? undefined);
  }),
};

/** The gateway, its drawings compressed, and nothing else: an answer with a secret beside a caller's own words isn't. At the edge the platform does that. */
const pictures = new Hono().use(compress()).all("*", (c) => app.fetch(c.req.raw, c.env as Runtime));

const server = serve({
  port: config.PORT,
  hostname: process.env["HOST"] ?? "127.0.0.1",
  fetch: (request, env) => (isDrawing(request) ? pictures : app).fetch(request, { ...runtime, ...env, clientAddress: addressOf(request, env) }),
});

function isDrawing({ url }: Request): boolean {
  return new URL(url).pathname.startsWith("/art/");
}

function addressOf(request: Request, env: unknown): string {
  const header = config.CLIENT_IP_HEADER && request.headers.get(config.CLIENT_IP_HEADER);
  return clientAddress(header, getConnInfo({ env } as Parameters<typeof getConnInfo>[0]).remote.address);
}

server.once("listening", () => {
  process.send?.({ ready: true });
  log.info("listening", { port: config.PORT });
  void keepTicking();
  setInterval(lookForTick, 60_000).unref();
});

/** With the queue down nobody calls the tick: then this process runs it. */
function lookForTick(): void {
  defer(tickIfLate({ ...services, actor: { kind: "job", name: "tick" }, requestId: newId(), defer, published: runtime.published }));
}

/** The queue may come up after us: keep saying it until it hears. */
async function keepTicking(): Promise<void> {
  try {
    await ensureTick(config);
  } catch (error) {
    log.warn("the tick could not be scheduled yet", {}, error);
    setTimeout(() => void keepTicking(), 5000).unref();
  }
}

let ending = false;
async function shutDown(): Promise<void> {
  if (ending) return;
  ending = true;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if ("closeIdleConnections" in server) server.closeIdleConnections();
    setTimeout(resolve, 3000).unref();
  });
  await Promise.race([Promise.allSettled(deferred), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
  await database.close();
  process.exit(0);
}
process.once("SIGTERM", () => void shutDown());
process.once("SIGINT", () => void shutDown());
process.once("disconnect", () => void shutDown());
