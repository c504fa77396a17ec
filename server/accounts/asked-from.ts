/** The gateway's own word to the endpoints behind the library: no caller's header of this name gets there. */
export const ASKED_FROM = "nightledger-network";

/** The keyed hash of the network that asks. */
export function askedFrom(request: Request | undefined): string {
  return request?.headers.get(ASKED_FROM) ?? "unknown";
}
