import { Command, Redis, ReplyError } from "ioredis";
import { toRedisScript } from "./scripts.ts";

/** A reply as Redis gave it: strings come as bytes, integers as their digits, errors inside a transaction as `Error`. */
export type RedisReply = Buffer | string | null | Error | RedisReply[];

/** One Redis command: name, then arguments. */
export type RedisCommand = [string, ...(string | Buffer)[]];

/** The connection to Redis is down: nothing is known about what was executed. */
export class RedisUnavailable extends Error {}

/** Connects, and reconnects for ever; a command sent meanwhile fails at once. */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    protocol: 2,
    // An integer of 64 bits does not fit into a double.
    stringNumbers: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 2_000,
    socketTimeout: 10_000,
    disableClientInfo: true,
    retryStrategy: (times) => Math.min(times * 50, 500),
  });
  // Without a listener ioredis prints each failed attempt; callers learn it from their commands.
  redis.on("error", () => undefined);
  return redis;
}

/** Sends the commands in one write; each gives its reply, or an `Error` in its place. An `Error` among them is its own reply. */
export async function runPipeline(redis: Redis, commands: (RedisCommand | Error)[]): Promise<RedisReply[]> {
  redis.stream?.cork();
  const pending = commands.map((command) => (command instanceof Error ? command : send(redis, command)));
  redis.stream?.uncork();
  return Promise.all(pending);
}

/**
 * Sends the commands as MULTI/EXEC. They leave in one write on the shared connection, so nobody
 * else's command can slip in between.
 * @returns a reply per command, or one `Error` when Redis discarded the whole transaction
 */
export async function runTransaction(redis: Redis, commands: RedisCommand[]): Promise<RedisReply> {
  const replies = await runPipeline(redis, [["MULTI"], ...commands, ["EXEC"]]);
  return replies.at(-1) ?? null;
}

function send(redis: Redis, asked: RedisCommand): Promise<RedisReply> {
  const script = toRedisScript(asked);
  const [name, ...args] = script.command;
  // ioredis reshapes replies by lower-case name; in capitals they pass untouched.
  const command = new Command(name.toUpperCase(), args, { replyEncoding: null });
  return (redis.sendCommand(command) as Promise<RedisReply>).then(
    (reply) => (script.digest ? Buffer.from(script.digest) : reply),
    (error: Error) => {
      // A `ReplyError` is what Redis answered; anything else is about the connection.
      if (error instanceof ReplyError) return error;
      throw new RedisUnavailable(error.message);
    },
  );
}
