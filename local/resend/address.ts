const PLAIN = /^[^\s@<>",]+@[^\s@<>",]+\.[^\s@<>",.]+$/;

/** The bare address, in lower case, of `a@b.c` or `Name <a@b.c>`; undefined when it is neither. */
export function bareAddress(written: string): string | undefined {
  const inner = /^[^<>\r\n]*<([^<>]+)>$/.exec(written.trim())?.[1] ?? written.trim();
  return PLAIN.test(inner) ? inner.toLowerCase() : undefined;
}
