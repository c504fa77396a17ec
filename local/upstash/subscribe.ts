import type { ServerResponse } from "node:http";
import type { Redis } from "ioredis";
import type { Reply } from "../kit/serve.ts";
import { BadRequest } from "./parse.ts";

/**
 * Streams a channel's (or pattern's) messages as server-sent events until the client leaves.
 * Each stream has a Redis connection of its own, which ends with it.
 */
export async function subscribe(redis: Redis, kind: "subscribe" | "psubscribe", topics: string[]): Promise<Reply> {
  if (topics.some((topic) => /[\r\n]/.test(topic))) throw new BadRequest("ERR a channel's name has no line breaks");
  const connection = redis.duplicate({
    enableOfflineQueue: true,
    autoResubscribe: false,
    retryStrategy: null,
  });
  connection.on("error", () => undefined);
  const early: string[] = [];
  let write = (line: string): void => void early.push(line);
  connection.on("message", (channel: string, payload: string) => write(`message,${oneLine(channel)},${oneLine(payload)}`));
  connection.on("pmessage", (pattern: string, channel: string, payload: string) => write(`pmessage,${pattern},${oneLine(channel)},${oneLine(payload)}`));
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

/**
 * An event is one line, and the official client takes each line for an event: a text with line breaks goes as a JSON
 * string, which that client turns back, so that no payload can end its event and begin another.
 */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? JSON.stringify(text) : text;
}
