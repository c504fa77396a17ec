import { Refused } from "./model.ts";

/** @throws Refused unless the name has only letters, digits, dot, dash and underscore */
export function checkName(name: string, what: string): void {
  if (!/^[\w.-]+$/.test(name)) throw new Refused(400, `invalid ${what} name: ${JSON.stringify(name)}`);
}

/** The body as JSON. @throws Refused */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refused(400, "body is not valid JSON");
  }
}

/** One segment of a path, decoded. @throws Refused on a broken escape, or on what no id can hold */
export function decodeSegment(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new Refused(400, `invalid escape in path: ${text}`);
  }
  // oxlint-disable-next-line no-control-regex -- Postgres takes no NUL in a text
  if (/[\0-\x1f]/.test(decoded)) throw new Refused(400, "invalid character in path");
  return decoded;
}
