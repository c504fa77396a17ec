import { serve, type ServerType } from "@hono/node-server";
import { createMiddleware } from "hono/factory";
import { startCloud, type RunningCloud } from "../../local/cloud.ts";
import type { CloudPorts } from "../../local/cloud-env.ts";
import { freePort } from "../../local/ports.ts";
import { coalesced } from "../../jobs/outbox.ts";
import { createAuth } from "../../server/accounts/index.ts";
import { app, type Runtime } from "../../server/app.ts";
import { keptHealth } from "../../server/platform/health.ts";
import { createLimits } from "../../server/platform/limits.ts";
import { makeContext, SYSTEM, type ContextOptions, type TestContext } from "./context.ts";
import type { TestDatabase } from "./database.ts";

export interface GatewayOptions extends Omit<ContextOptions, "cloud"> {
  /** Which stand-ins to start, at port 0 each. */
  cloud?: CloudPorts;
  /** Whether commits publish by themselves; otherwise the test runs the relay when it wants to. */
  publishing?: boolean;
}

export interface Gateway {
  url: string;
  cloud: RunningCloud;
  /** The same world as the gateway's, for calling verbs directly; its actor is the system. */
  ctx: TestContext;
  runtime: Runtime;
  /** A request to the gateway without a network between. */
  request(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

const ALL: CloudPorts = { qstash: 0, resend: 0, stripe: 0, midtrans: 0, twilio: 0 };

/**
 * The gateway in this process, on a port of its own, so that the stand-ins' webhooks and deliveries reach it:
 * the test sees both sides, and moves their clock.
 */
export async function startGateway(database: TestDatabase, { cloud: ports = ALL, publishing = true, env = {}, ...options }: GatewayOptions = {}): Promise<Gateway> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cloud = await startCloud({ publicUrl: url, databaseUrl: database.url, ports, mailRate: 100_000 });
  const ctx = makeContext(database, { actor: SYSTEM, ...options, cloud, env: { PUBLIC_URL: url, ...env } });
  ctx.published = publishing ? coalesced(ctx, ctx.defer) : () => {};
  const runtime: Runtime = {
    services: ctx,
    auth: createAuth(ctx),
    limits: createLimits(ctx.redis, ctx.config, ctx.metrics),
    clientAddress: "127.0.0.1",
    defer: ctx.defer,
    published: () => ctx.published(),
    health: keptHealth(),
    assets: createMiddleware(async (c) => c.html("<!doctype html><title>Nightledger</title>")),
  };
  const server: ServerType = serve({ port, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, runtime) });
  return {
    url,
    cloud,
    ctx,
    runtime,
    request: async (path, init) => app.fetch(new Request(`${url}${path}`, init), runtime),
    async close() {
      await cloud.close();
      await new Promise((resolve) => {
        server.close(resolve);
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await ctx.settled();
    },
  };
}

/** Fills in a Stripe page's form; returns where the browser is sent, if it is. */
export async function payByStripe(pageUrl: string, card = "4242424242424242"): Promise<string | null> {
  const response = await fetch(pageUrl, { method: "POST", body: new URLSearchParams({ card, email: "ana@guest.test" }), redirect: "manual" });
  return response.headers.get("location");
}

/** One move on a Snap page (`{ do: "bank_transfer", bank: "bca" }`, `{ do: "transfer" }` …). */
export async function playMidtrans(pageUrl: string, move: Record<string, string>): Promise<string | null> {
  const response = await fetch(pageUrl, { method: "POST", body: new URLSearchParams(move), redirect: "manual" });
  return response.headers.get("location");
}
