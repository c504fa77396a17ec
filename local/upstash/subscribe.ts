import type { ServerResponse } from "node:http";
import type { Redis } from "ioredis";
import type { Reply } from "../kit/serve.ts";

/**
 * Streams a channel's (or pattern's) messages as server-sent events until the client leaves.
 * Each stream has a Redis connection of its own, which ends with it.
 */
export async function subscribe(redis: Redis, kind: "subscribe" | "psubscribe", topics: string[]): Promise<Reply> {
  const connection = redis.duplicate({
    enableOfflineQueue: true,
    autoResubscribe: false,
    retryStrategy: null,
  });
  connection.on("error", () => undefined);
  const early: string[] = [];
  let write = (line: string): void => void early.push(line);
  connection.on("message", (channel: string, payload: string) => write(`message,${channel},${payload}`));
  connection.on("pmessage", (pattern: string, channel: string, payload: string) => write(`pmessage,${pattern},${channel},${payload}`));
  try {
    await connection[kind](...topics);
  } catch {
    connection.disconnect();
    return { status: 503, body: { error: "ERR Redis is not reachable" } };
  }
  return {
    stream(res: ServerResponse) {
      write = (line) => void res.write(`data: ${line}\n\n`);
      res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      topics.forEach((topic, index) => write(`${kind},${topic},${index + 1}`));
      early.forEach(write);
      // The client learns of a lost Redis by the end of its stream.
      connection.once("close", () => res.end());
      res.once("close", () => connection.disconnect());
    },
  };
}
