/**
 * Whom the limits count: the proxy's word, else the socket's. Each proxy appends who called it, so only the last
 * entry is our own proxy's; those before it are whatever the caller has sent. An IPv4 address, the /64 of an IPv6 one,
 * since its owner may take any address in there; all that can't be read is one caller.
 */
export function clientAddress(header: string | null | undefined, socket = "unknown"): string {
  const address = header?.split(",").at(-1)?.trim() || socket;
  return ipv4Of(address) ?? ipv6Of(address, 4) ?? "unknown";
}

/**
 * The network that an address of `clientAddress` is in, as an operator gives them to customers: the /24 of IPv4, the /56
 * of IPv6. Whoever has one address may have the others, and a crowd of them costs nothing.
 */
export function networkOf(address: string): string {
  const v4 = ipv4Of(address);
  if (v4) return `${v4.split(".", 3).join(".")}.0/24`;
  return ipv6Of(address.replace(/\/64$/, ""), 3.5) ?? "unknown";
}

function ipv4Of(address: string): string | undefined {
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/i.exec(address.replace(/^\[(.*)\](:\d+)?$/, "$1"))?.[1];
  return v4?.split(".").every((part) => Number(part) <= 255) ? v4 : undefined;
}

/** The network of so many groups of 16 bits; half a one is its upper byte. */
function ipv6Of(address: string, groups: 3.5 | 4): string | undefined {
  const bare = address.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/%.*$/, "");
  if (!/^[0-9a-f:]*(:[0-9.]+)?$/i.test(bare) || !bare.includes(":") || bare.split("::").length > 2) return undefined;
  const given = bare.split(":").filter((group) => group !== "").length;
  if (bare.includes("::") ? given > 7 : given !== 8) return undefined;
  const [left = [], right = []] = bare.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const numbers = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16));
  if (numbers.length < 4 || numbers.some((one) => !(one <= 0xff_ff))) return undefined;
  if (groups === 3.5) numbers[3] = numbers[3]! & 0xff_00;
  return `${numbers.map((one) => one.toString(16)).join(":")}::/${groups * 16}`;
}
