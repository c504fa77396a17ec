import { timingSafeEqual } from "node:crypto";
import type { Redis } from "ioredis";
import { serve, type RawRequest, type Reply, type RunningServer, type ServeOptions } from "../kit/serve.ts";
import { toEnvelope, toResp2, type Encoding } from "./encode.ts";
import { BadRequest, parseBodyCommand, parseBodyCommands, parsePathCommand, splitPath } from "./parse.ts";
import { connectRedis, RedisUnavailable, runPipeline, runTransaction, type RedisReply } from "./run.ts";
import { subscribe } from "./subscribe.ts";

export interface UpstashOptions extends ServeOptions {
  /** The Redis behind the gateway: `redis://127.0.0.1:6379`. It may come and go. */
  redisUrl: string;
  /** What clients must send as bearer token. */
  token: string;
}

/**
 * Serves the Upstash Redis REST protocol over a real Redis.
 * While Redis is away, answers 503 at once; connects again by itself.
 */
export async function startUpstash(options: UpstashOptions): Promise<RunningServer> {
  const redis = connectRedis(options.redisUrl);
  await firstAttempt(redis);
  let writes = 0;
  const server = await serve(async (request) => {
    if (!authorised(request, options.token)) {
      return { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
    }
    const reply = await answer(redis, request).catch(toErrorReply);
    writes += 1;
    return { ...reply, headers: { ...reply.headers, "upstash-sync-token": `local-${writes}` } };
  }, options);
  return {
    ...server,
    async close() {
      await server.close();
      redis.disconnect();
    },
  };
}

/** Waits until the first connection stands or has failed, so that a first request finds it. */
async function firstAttempt(redis: Redis): Promise<void> {
  if (redis.status === "ready") return;
  await new Promise<void>((resolve) => {
    redis.once("ready", resolve);
    redis.once("close", resolve);
  });
}

async function answer(redis: Redis, request: RawRequest): Promise<Reply> {
  const { path, method } = request;
  if (!["GET", "POST", "PUT", "HEAD"].includes(method)) {
    return { status: 405, body: { error: "ERR method not allowed" } };
  }
  const encoding = readEncoding(request);
  if (path === "/pipeline") {
    const replies = await runPipeline(redis, parseBodyCommands(request.body));
    return encoding === "resp2" ? { body: Buffer.concat(replies.map(toResp2)) } : { body: replies.map((reply) => toEnvelope(reply, encoding)) };
  }
  if (path === "/multi-exec") {
    if (encoding === "resp2") throw new BadRequest("ERR resp2 format is not available for transactions");
    const commands = parseBodyCommands(request.body).map((command) => {
      if (command instanceof Error) throw new BadRequest(`EXECABORT ${command.message}`);
      return command;
    });
    const reply = await runTransaction(redis, commands);
    if (!Array.isArray(reply)) return single(reply, encoding);
    return { body: reply.map((item) => toEnvelope(item, encoding)) };
  }
  const stream = /^\/(p?subscribe)\/(.+)$/i.exec(path);
  if (stream) {
    const kind = stream[1]?.toLowerCase() === "psubscribe" ? "psubscribe" : "subscribe";
    return subscribe(redis, kind, splitPath(path).slice(1));
  }
  const command = path === "/" ? parseBodyCommand(request.body) : parsePathCommand(request);
  const [reply] = await runPipeline(redis, [command]);
  return single(reply ?? null, encoding);
}

function single(reply: RedisReply, encoding: Encoding): Reply {
  const status = reply instanceof Error ? 400 : 200;
  return { status, body: encoding === "resp2" ? toResp2(reply) : toEnvelope(reply, encoding) };
}

function readEncoding(request: RawRequest): Encoding {
  const format = request.headers["upstash-response-format"];
  const base64 = request.headers["upstash-encoding"]?.toLowerCase() === "base64";
  if (format === undefined || format === "json") return base64 ? "base64" : "plain";
  if (format !== "resp2") throw new BadRequest("ERR unknown response format");
  if (base64) throw new BadRequest("ERR resp2 format can not be used with base64 encoding");
  return "resp2";
}

function toErrorReply(error: unknown): Reply {
  if (error instanceof BadRequest) return { status: 400, body: { error: error.message } };
  if (error instanceof RedisUnavailable) return { status: 503, body: { error: "ERR Redis is not reachable" } };
  throw error;
}

function authorised(request: RawRequest, token: string): boolean {
  const header = /^Bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  const given = Buffer.from(header ?? request.query.get("_token") ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
