const ANY = "http://own.invalid";

/**
 * The address within our own app, in normal form; undefined for whatever a browser, or a router that decodes it, might read
 * as another site's: what is checked is what is used.
 */
export function ownPath(text: string): string | undefined {
  if (text.length > 500 || !/^\/[^\\\p{Cc}]*$/u.test(text) || !URL.canParse(text, ANY)) return undefined;
  const { origin, pathname, search, hash } = new URL(text, ANY);
  return origin === ANY && !/^\/(?:\/|%2f|%5c)/i.test(pathname) ? pathname + search + hash : undefined;
}
