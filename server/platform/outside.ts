/** How an outside call failed; decides whether trying again can help. */
export type OutsideKind = "timeout" | "network" | "busy" | "server" | "refused" | "unreadable";

/** A failed call to a vendor. `retryAfterMs` is the vendor's own wish. */
export class OutsideError extends Error {
  override readonly name = "OutsideError";
  readonly vendor: string;
  readonly kind: OutsideKind;
  readonly status: number | undefined;
  /** The vendor's own code ("card_declined", "21610"). */
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(vendor: string, kind: OutsideKind, details: { status?: number | undefined; code?: string | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    // It is logged: of a vendor's text only what looks like one of its code words.
    const word = details.code && /^\w{1,40}$/.test(details.code) ? ` ${details.code}` : "";
    super(`${vendor} ${kind}${details.status ? ` ${details.status}` : ""}${word}`, { cause: details.cause });
    this.vendor = vendor;
    this.kind = kind;
    this.status = details.status;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether the same call may succeed later; `refused` and `unreadable` will not. */
export function isTransient(error: unknown): boolean {
  return error instanceof OutsideError && error.kind !== "refused" && error.kind !== "unreadable";
}

const AGAIN_AFTER_MS = 200;

/** Tries again once, after 200 ms: only for calls that the vendor de-duplicates, or that only read. */
export async function again<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.kind !== "network" && error.kind !== "server")) throw error;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    return call();
  }
}

/**
 * `fetch` with a time limit and a typed failure. 2xx is returned, all else thrown as `OutsideError`,
 * its body read as text of at most 2 kB into `cause` (never logged).
 */
export async function callOutside(vendor: string, url: string, init: RequestInit & { timeoutMs?: number } = {}): Promise<Response> {
  const { timeoutMs = 10_000, ...rest } = init;
  let response: Response;
  try {
    response = await fetch(url, { ...rest, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    const timedOut = cause instanceof Error && cause.name === "TimeoutError";
    throw new OutsideError(vendor, timedOut ? "timeout" : "network", { cause });
  }
  if (response.ok) return response;
  const text = (await response.text().catch(() => "")).slice(0, 2000);
  throw new OutsideError(vendor, kindOf(response.status), { status: response.status, retryAfterMs: retryAfter(response.headers), cause: text });
}

function kindOf(status: number): OutsideKind {
  if (status === 429 || status === 503) return "busy";
  if (status >= 500) return "server";
  return status === 408 || status === 409 || status === 425 ? "busy" : "refused";
}

/** `Retry-After` in seconds or as a date, in ms. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
