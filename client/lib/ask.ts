/** Past this a request is given up; the server's own limits are well below. */
const TIMEOUT_MS = 20_000;

/** An answer came, and it is not the server's: a proxy's page, a portal's. */
export class ForeignAnswer extends Error {
  override readonly name = "ForeignAnswer";
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  constructor({ status, headers }: Response) {
    super(`an answer that is not ours, status ${status}`);
    this.status = status;
    const seconds = Number(headers.get("retry-after") ?? NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  }
}

/** `fetch` with a time limit. @throws ForeignAnswer for what the server can't have written: it answers in JSON alone */
export async function ask(url: RequestInfo | URL | string, init: RequestInit = {}): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const response = await fetch(url, { ...init, signal });
  if (!response.headers.get("content-type")?.includes("json")) throw new ForeignAnswer(response);
  return response;
}

/** What the device itself says; that it is online doesn't mean that anything can be reached. */
export function isOffline(): boolean {
  return "navigator" in globalThis && "onLine" in navigator && !navigator.onLine;
}
