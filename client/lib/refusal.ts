import type { ErrorFacts } from "../../server/errors.ts";

/** What a call may end in, as data: the server's refusals, and the two that only a browser can tell. */
interface Facts extends ErrorFacts {
  /** The server could not be reached. */
  OFFLINE: Record<string, never>;
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
  // tRPC's client gives an error without data when no answer of ours came back.
  if (error instanceof Error && error.name === "TRPCClientError" && !data) return { code: "OFFLINE", facts: {}, ...common };
  return { code: "UNKNOWN", facts: {}, ...common };
}
