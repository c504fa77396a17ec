/**
 * The idempotency key of what a person means to do: the same for each retry of the same request, also
 * after a reload; another request under the same name gets another key. Kept for this tab only.
 */
export function intentKey(name: string, request: unknown): string {
  const body = JSON.stringify(request);
  const slot = `intent:${name}`;
  const kept = read(slot);
  if (kept?.body === body) return kept.key;
  const key = crypto.randomUUID();
  sessionStorage.setItem(slot, JSON.stringify({ body, key }));
  return key;
}

/** To call when it is done: doing the same again is then a new intent. */
export function intentDone(name: string): void {
  sessionStorage.removeItem(`intent:${name}`);
}

function read(slot: string): { body: string; key: string } | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(slot) ?? "null");
    if (typeof kept !== "object" || kept === null || !("body" in kept) || !("key" in kept)) return undefined;
    return { body: String(kept.body), key: String(kept.key) };
  } catch {
    return undefined;
  }
}
