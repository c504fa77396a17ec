import type { ErrorFacts } from "../../server/errors.ts";
import { ForeignAnswer, isOffline } from "./ask.ts";
import { ChunkError } from "./chunks.ts";

/** What a call may end in, as data: the server's refusals, and those that only a browser can tell. */
interface Facts extends ErrorFacts {
  /** The device has no connection. */
  OFFLINE: Record<string, never>;
  /** It has one, and no answer of the server's came: who is down can't be told. */
  UNREACHABLE: Record<string, never>;
  /** A defect; the request id finds it in the logs. */
  UNKNOWN: Record<string, never>;
}

export type Refusal = {
  [C in keyof Facts]: { code: C; facts: Facts[C]; requestId: string | undefined; fields: { path: string; message: string }[] };
}[keyof Facts];

interface WireData {
  requestId?: string;
  domain?: { code: keyof ErrorFacts; facts: object };
  fields?: { path: string; message: string }[];
}

function wireData(error: Error): WireData | undefined {
  const data: unknown = "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null ? data : undefined;
}

/** Reads a failed call; undefined where there was no error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error === null || error === undefined) return undefined;
  const data = error instanceof Error ? wireData(error) : undefined;
  const common = { requestId: data?.requestId, fields: data?.fields ?? [] };
  // The server's facts fit its code: one formatter writes both.
  if (data?.domain) return { ...data.domain, ...common } as Refusal;
  if (data?.fields?.[0]) return { code: "INVALID", facts: { field: data.fields[0].path, reason: data.fields[0].message }, ...common };
  if (error instanceof ChunkError) return { ...withoutAnswer(), ...common };
  // tRPC's client gives an error without data when no answer of ours came back.
  if (error instanceof Error && error.name === "TRPCClientError" && !data) return { ...foreign(error.cause), ...common };
  return { code: "UNKNOWN", facts: {}, ...common };
}

type NoAnswer = { code: "OFFLINE" | "UNREACHABLE"; facts: Record<string, never> };
type Foreign = NoAnswer | { [C in "RATE_LIMITED" | "UNAVAILABLE"]: { code: C; facts: Facts[C] } }["RATE_LIMITED" | "UNAVAILABLE"];

/** Whose page it was tells its status: a proxy in front of the server that is down or busy, or somebody else's. */
function foreign(cause: unknown): Foreign {
  if (!(cause instanceof ForeignAnswer)) return withoutAnswer();
  const wait = cause.retryAfterMs;
  if (cause.status === 429) return { code: "RATE_LIMITED", facts: { retryAfterMs: wait ?? 1000 } };
  if (cause.status >= 500) return { code: "UNAVAILABLE", facts: { what: "server", retryAfterMs: wait ?? 1000 } };
  return { code: "UNREACHABLE", facts: {} };
}

function withoutAnswer(): NoAnswer {
  return { code: isOffline() ? "OFFLINE" : "UNREACHABLE", facts: {} };
}
