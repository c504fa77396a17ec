import type { Gateway } from "./gateway.ts";

export interface WireError {
  message: string;
  data: { code: string; httpStatus: number; requestId?: string; domain?: { code: string; facts: Record<string, unknown> }; fields?: { path: string; message: string }[] };
}

export interface WireAnswer<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  data?: T;
  error?: WireError;
}

/** Calls a procedure over the wire: a query by GET, a mutation by POST. */
export async function callWire<T = unknown>(
  gateway: Pick<Gateway, "url" | "request">,
  path: string,
  input: unknown,
  options: { type?: "query" | "mutation"; cookie?: string; headers?: Record<string, string> } = {},
): Promise<WireAnswer<T>> {
  const { type = "query", cookie, headers = {} } = options;
  const json = JSON.stringify(input);
  const all = { ...headers, ...(cookie && { cookie }) };
  const response =
    type === "query"
      ? await gateway.request(`/trpc/${path}${json === undefined ? "" : `?input=${encodeURIComponent(json)}`}`, { headers: all })
      : await gateway.request(`/trpc/${path}`, { method: "POST", body: json ?? "", headers: { "content-type": "application/json", origin: gateway.url, ...all } });
  const text = await response.text();
  const body = JSON.parse(text) as { result?: { data: T }; error?: WireError };
  return { status: response.status, headers: response.headers, text, ...(body.result && { data: body.result.data }), ...(body.error && { error: body.error }) };
}
