/**
 * Whom the limits count: the proxy's word, else the socket's. Each proxy appends who called it, so only the last
 * entry is our own proxy's; those before it are whatever the caller has sent.
 */
export function clientAddress(header: string | null | undefined, socket = "unknown"): string {
  return networkOf(header?.split(",").at(-1)?.trim() || socket);
}

/** One subscriber's network: an IPv4 address, or the /64 of an IPv6 one, since its owner may take any address in there. */
function networkOf(address: string): string {
  const bare = address.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/%.*$/, "");
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/i.exec(bare)?.[1];
  if (v4 || !bare.includes(":")) return v4 ?? bare;
  const [left = [], right = []] = bare
    .toLowerCase()
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const network = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${network.join(":")}::/64`;
}
