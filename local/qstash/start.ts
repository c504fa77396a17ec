import { timingSafeEqual } from "node:crypto";
import { createClock } from "../kit/clock.ts";
import { byMethod, readInput } from "../kit/controls.ts";
import { serve, type RawRequest, type Reply, type RunningServer, type ServeOptions } from "../kit/serve.ts";
import { createBatcher } from "./batcher.ts";
import type { QueueContext } from "./context.ts";
import { openDatabase } from "./database.ts";
import { createDeliveryFaults, deliveryFaultSchema } from "./delivery-faults.ts";
import { createDispatcher } from "./dispatch.ts";
import { insertMessages, type Inserted } from "./insert.ts";
import { openKeys } from "./keys.ts";
import { Refused, type Message } from "./model.ts";
import { route } from "./routes.ts";
import { fireDueSchedules } from "./schedules-route.ts";

export interface QstashOptions extends Omit<ServeOptions, "controls" | "privatePaths" | "errorBody"> {
  /** The queue lives there in a schema of its own, `local_qstash`; one stand-in per database. */
  databaseUrl: string;
  /** What clients must send as bearer token. */
  token: string;
  currentSigningKey: string;
  nextSigningKey: string;
  /** Deliveries at the same time; default 32. */
  concurrency?: number;
}

export interface RunningQstash extends RunningServer {
  /** Stops dispatching; publishing goes on. */
  pause(): void;
  resume(): void;
  /** Messages not finished, those due later included. */
  pending(): Promise<number>;
}

/** Serves the QStash protocol, durable in Postgres; what was on its way at a kill is delivered again. */
export async function startQstash(options: QstashOptions): Promise<RunningQstash> {
  const clock = options.clock ?? createClock();
  const sql = await openDatabase(options.databaseUrl);
  const keys = await openKeys(sql, {
    current: options.currentSigningKey,
    next: options.nextSigningKey,
  });
  const concurrency = options.concurrency ?? 32;
  const deliveryFaults = createDeliveryFaults();
  const insert = createBatcher<Message, Inserted>((messages) => insertMessages(sql, messages, clock.now()), 500);
  const dispatcher = createDispatcher({
    sql,
    clock,
    faults: deliveryFaults,
    concurrency,
    signingKey: () => keys.get().current,
    fireSchedules: () => fireDueSchedules(context),
  });
  const context: QueueContext = { sql, clock, keys, dispatcher, concurrency, insert };

  async function pending(): Promise<number> {
    const [row] = await sql<{ count: number }[]>`SELECT count(*) FROM local_qstash.messages`;
    return row?.count ?? 0;
  }
  const status = async (): Promise<Reply> => ({
    body: {
      paused: dispatcher.paused(),
      pending: await pending(),
      deliveryFaults: deliveryFaults.list(),
    },
  });
  const server = await serve((request) => answer(context, request, options.token), {
    ...options,
    clock,
    controls: {
      "/_control/pause": byMethod({ POST: () => (dispatcher.pause(), status()) }),
      "/_control/resume": byMethod({ POST: () => (dispatcher.resume(), status()) }),
      "/_control/status": byMethod({ GET: status }),
      "/_control/deliveries": byMethod({
        GET: status,
        POST: (request) => (deliveryFaults.add(readInput(request, deliveryFaultSchema)), status()),
        DELETE: () => (deliveryFaults.clear(), status()),
      }),
    },
  });
  return {
    ...server,
    pause: dispatcher.pause,
    resume: dispatcher.resume,
    pending,
    async close() {
      await server.close();
      await dispatcher.close();
      await sql.end({ timeout: 1 });
    },
  };
}

async function answer(context: QueueContext, request: RawRequest, token: string): Promise<Reply> {
  try {
    if (!authorised(request, token)) throw new Refused(401, "unauthorized: invalid or missing token");
    return await route(context, request);
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: { error: error.message } };
    if (isConnectionError(error)) return { status: 503, body: { error: "the queue's database is not reachable" } };
    throw error;
  }
}

function authorised(request: RawRequest, token: string): boolean {
  const header = /^Bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  const given = Buffer.from(header ?? request.query.get("qstash_token") ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The driver's and the system's codes for a lost or refused connection, and the server's own for going down. */
function isConnectionError(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(CONNECT|CONNECTION_|ECONN|EPIPE|ENOTFOUND|57P0)/.test(code);
}
