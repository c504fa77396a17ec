import type { RedisReply } from "./run.ts";

/** How the client asked to get its strings. */
export type Encoding = "plain" | "base64" | "resp2";

/** A reply as the JSON envelope of one command: `{ result }` or `{ error }`. */
export function toEnvelope(reply: RedisReply, encoding: Encoding): { result: unknown } | { error: string } {
  return reply instanceof Error ? { error: reply.message } : { result: toJson(reply, encoding) };
}

/** Strings become text or base64, but for a bare "OK", which the official client does not decode. */
function toJson(reply: RedisReply, encoding: Encoding): unknown {
  if (Buffer.isBuffer(reply)) {
    if (encoding !== "base64" || reply.equals(OK)) return reply.toString();
    return reply.toString("base64");
  }
  if (Array.isArray(reply)) return reply.map((item) => toJson(item, encoding));
  if (reply instanceof Error) return reply.message;
  return reply === null ? null : toInteger(reply);
}

/** Beyond a double's reach the digits go out as they came. */
function toInteger(digits: string): unknown {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : rawJson(digits);
}

/** ECMAScript's `JSON.rawJSON`, which the types don't know yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): object };

const OK = Buffer.from("OK");

/** A reply in raw RESP2. Status replies are told from bulk strings only for "OK". */
export function toResp2(reply: RedisReply): Buffer {
  if (reply === null) return Buffer.from("$-1\r\n");
  if (typeof reply === "string") return Buffer.from(`:${reply}\r\n`);
  if (reply instanceof Error) return Buffer.from(`-${reply.message}\r\n`);
  if (Array.isArray(reply)) return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(toResp2)]);
  if (reply.equals(OK)) return Buffer.from("+OK\r\n");
  return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from("\r\n")]);
}
