import type { RawRequest } from "../kit/serve.ts";
import { isAllowed } from "./commands.ts";
import type { RedisCommand } from "./run.ts";

/** The request is not one that the gateway can run; the message is for the client. */
export class BadRequest extends Error {}

/** The command in a JSON body: `["SET", "k", "v", "EX", 100]`. */
export function parseBodyCommand(body: Buffer): RedisCommand {
  return toCommand(parseJson(body));
}

/** The commands of a pipeline or transaction: `[["SET", "a", "1"], ["INCR", "n"]]`; an `Error` for each that can't run. */
export function parseBodyCommands(body: Buffer): (RedisCommand | BadRequest)[] {
  const list = parseJson(body);
  if (!Array.isArray(list)) throw new BadRequest("ERR failed to parse pipeline request");
  if (list.length === 0) throw new BadRequest("ERR empty pipeline request");
  return list.map((item) => {
    try {
      return toCommand(item);
    } catch (error) {
      if (error instanceof BadRequest) return error;
      throw error;
    }
  });
}

/** The command in a path, then the raw body, then the query's pairs: `/set/k?EX=100` with a body. */
export function parsePathCommand(request: RawRequest): RedisCommand {
  const words: (string | Buffer)[] = splitPath(request.path);
  if (request.body.length > 0) words.push(request.body);
  for (const [name, value] of request.query) {
    if (name !== "_token") words.push(name, ...(value === "" ? [] : [value]));
  }
  return allowed(words);
}

/** The decoded segments of a path. */
export function splitPath(path: string): string[] {
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    throw new BadRequest("ERR invalid path encoding");
  }
}

/** A reviver that keeps the digits of what a double can't hold; ECMAScript's third argument isn't in the types yet. */
const exactly = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "") ? context?.source : value;

function parseJson(body: Buffer): unknown {
  const text = body.toString();
  try {
    // A reviver costs time, and few bodies have such a number.
    return /\d{16}/.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch {
    throw new BadRequest("ERR failed to parse request body as JSON");
  }
}

function toCommand(value: unknown): RedisCommand {
  if (!Array.isArray(value)) throw new BadRequest("ERR a command must be an array");
  return allowed(value.map(toWord));
}

function toWord(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new BadRequest("ERR a command's arguments must be strings or numbers");
}

function allowed(words: (string | Buffer)[]): RedisCommand {
  const [name, ...args] = words;
  if (typeof name !== "string" || name === "") throw new BadRequest("ERR empty command");
  if (!isAllowed(name, args)) throw new BadRequest(`ERR unknown command, or not available over REST: '${name.slice(0, 64)}'`);
  return [name, ...args];
}
