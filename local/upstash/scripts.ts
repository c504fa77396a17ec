import { createHash } from "node:crypto";
import type { RedisCommand } from "./run.ts";

/**
 * Upstash knows a script flag that Redis refuses: `#!lua flags=allow-key-locking`. Such a script runs
 * without the flag, under another digest; this remembers which (few: one per script text).
 */
const digests = new Map<string, string>();

/** The command as Redis takes it, and the digest to answer where Redis would name another. */
export function toRedisScript(command: RedisCommand): { command: RedisCommand; digest?: string } {
  const [name, first, second, ...rest] = command;
  if (first === undefined) return { command };
  switch (name.toLowerCase()) {
    case "eval":
    case "eval_ro":
      return { command: [name, withoutFlag(first).source, ...command.slice(2)] };
    case "evalsha":
    case "evalsha_ro":
      return { command: [name, known(first), ...command.slice(2)] };
    case "script":
      if (/^load$/i.test(first.toString()) && second !== undefined) {
        const { source, digest } = withoutFlag(second);
        return { command: [name, first, source, ...rest], digest };
      }
      return { command: [name, first, ...command.slice(2).map(known)] };
    default:
      return { command };
  }
}

function known(digest: string | Buffer): string | Buffer {
  return digests.get(digest.toString().toLowerCase()) ?? digest;
}

function withoutFlag(script: string | Buffer): { source: string | Buffer; digest?: string } {
  const text = script.toString();
  const end = text.indexOf("\n");
  const head = end === -1 ? text : text.slice(0, end);
  if (!head.startsWith("#!lua") || !head.includes("allow-key-locking")) return { source: script };
  const flags = (/flags=(\S*)/.exec(head)?.[1] ?? "").split(",").filter((flag) => flag !== "allow-key-locking");
  const shebang = flags.length > 0 ? `#!lua flags=${flags.join(",")}` : "#!lua";
  const source = shebang + text.slice(head.length);
  const digest = sha1(text);
  digests.set(digest, sha1(source));
  return { source, digest };
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
