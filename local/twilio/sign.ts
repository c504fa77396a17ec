import { createHmac } from "node:crypto";

/** The `X-Twilio-Signature` of a form POST: `url` exactly as configured, query included, and every parameter of the body. */
export function signTwilio(token: string, url: string, params: Record<string, string>): string {
  const pairs = Object.keys(params)
    .sort()
    .map((name) => name + (params[name] ?? ""));
  return createHmac("sha1", token)
    .update(url + pairs.join(""))
    .digest("base64");
}
