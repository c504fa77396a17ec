/** The first cookie of this name, as it came. */
export function readCookie(headers: Headers, name: string): string | undefined {
  const cookies = headers.get("cookie") ?? "";
  return cookies
    .split(/;\s*/)
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** The request's cookies with this one's value in place of its own. */
export function withCookie(headers: Headers, name: string, value: string): string {
  const others = (headers.get("cookie") ?? "").split(/;\s*/).filter((cookie) => !cookie.startsWith(`${name}=`));
  return [...others, `${name}=${value}`].join("; ");
}
