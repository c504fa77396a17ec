import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createClock, type LocalClock } from "./clock.ts";
import { createFaults, type Fault, type FaultSwitch } from "./faults.ts";
import { commonControls, runControl, type Controls } from "./controls.ts";

/** A request as it came over the wire: target and body untouched. */
export interface RawRequest {
  method: string;
  /** The raw request target, query included: `/v2/publish/https://x.test/a?b=1`. */
  target: string;
  /** The target without its query, not decoded. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case; repeated headers joined by ", ". */
  headers: Record<string, string>;
  body: Buffer;
  /** A fault will say this in the place of the answer, once the call has been executed. */
  failsWith?: Reply;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** A string or bytes are sent as they are, anything else as JSON. */
  body?: unknown;
  /** Takes over the response (server-sent events). */
  stream?: (res: ServerResponse) => void;
}

export type Handler = (request: RawRequest) => Promise<Reply> | Reply;

export interface RunningServer {
  url: string;
  port: number;
  faults: FaultSwitch;
  clock: LocalClock;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** 0 takes a free port. */
  port?: number;
  clock?: LocalClock;
  faults?: FaultSwitch;
  /** The stand-in's own switches, by path. */
  controls?: Controls;
  /** Pages for people at this machine only, such as an inbox; what begins with one of these. */
  privatePaths?: readonly string[];
  /** What a body that is too large or a fault of our own is answered with, in the vendor's form. */
  errorBody?: (status: number, message: string) => unknown;
  /** False where the stand-in serves in earnest: then there is no `/_control/`. */
  switches?: boolean;
}

const MAX_BODY = 40 * 1024 * 1024;
/** Where tests and people at this machine meddle. */
const CONTROL_PATHS = ["/_control/", "/_test/"];

/** The request is over before the stand-in saw it. */
class Unreadable extends Error {}

/**
 * Serves one stand-in on 127.0.0.1 with its fault switch.
 * `POST /_control/faults` adds a fault, DELETE clears, GET lists; `POST /_control/clock {offsetMs}` moves time.
 * Switches and private pages answer only to a caller who names this machine as the host.
 */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<RunningServer> {
  const faults = options.faults ?? createFaults();
  const clock = options.clock ?? createClock();
  const controls = { ...commonControls(faults, clock), ...options.controls };
  const server = createServer((req, res) => {
    answer(req, res, handler, faults, controls, options).catch((error: unknown) => {
      if (res.headersSent) return res.destroy();
      const [status, message] = error instanceof Unreadable ? ([413, "request is too large"] as const) : ([500, "internal error"] as const);
      // oxlint-disable-next-line no-console -- a stand-in has no other place to say it
      if (status === 500) console.error("a stand-in failed", error);
      send(res, { status, body: options.errorBody?.(status, message) ?? { error: message } });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    clock,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(req: IncomingMessage, res: ServerResponse, handler: Handler, faults: FaultSwitch, controls: Controls, options: ServeOptions): Promise<void> {
  const { switches = true, privatePaths = [] } = options;
  const request = await read(req);
  const isControl = CONTROL_PATHS.some((path) => request.path.startsWith(path));
  if ((isControl || privatePaths.some((path) => request.path.startsWith(path))) && !isFromHere(req)) {
    return send(res, { status: 403, body: { error: "only for this machine" } });
  }
  if (isControl) return send(res, switches ? await runControl(controls, request) : { status: 404, body: { error: "unknown control path" } });
  const fault = faults.take(request.path);
  if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault?.hang) return;
  if (fault?.drop === "before") return void req.socket.destroy();
  if (fault?.status && !fault.executed) return send(res, saidBy(fault));
  const reply = await handler(fault?.status ? { ...request, failsWith: saidBy(fault) } : request);
  if (fault?.status) return send(res, saidBy(fault));
  if (fault?.drop === "after") return void req.socket.destroy();
  if (reply.stream) reply.stream(res);
  else send(res, reply);
}

function saidBy({ status, headers, body = { error: "injected fault" } }: Fault): Reply {
  return { status, headers, body };
}

/**
 * A page of another site can have its own name lead to 127.0.0.1, but can't change the host that the browser then names;
 * one that posts to the right host names itself as the origin.
 */
function isFromHere({ headers, socket }: IncomingMessage): boolean {
  const { host, origin } = headers;
  if (host !== `127.0.0.1:${socket.localPort}` && host !== `localhost:${socket.localPort}`) return false;
  return origin === undefined || origin === `http://${host}`;
}

async function read(req: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Unreadable("body too large");
    chunks.push(chunk);
  }
  const target = req.url ?? "/";
  const mark = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: req.method ?? "GET",
    target,
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1)),
    headers,
    body: Buffer.concat(chunks),
  };
}

function send(res: ServerResponse, reply: Reply): void {
  const { body } = reply;
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const payload = body === undefined ? "" : raw ? body : JSON.stringify(body);
  const type: Record<string, string> = raw || body === undefined ? {} : { "content-type": "application/json" };
  res.writeHead(reply.status ?? 200, {
    ...type,
    ...reply.headers,
    "content-length": Buffer.byteLength(payload),
  });
  res.end(payload);
}
