import { createHash, createHmac } from "node:crypto";

interface SignatureInput {
  /** The signing key's text, used as it is. */
  key: string;
  /** The destination, exactly as the endpoint will compare it. */
  url: string;
  body: Buffer;
  /** Seconds since the epoch on the wall clock: the receiver compares them with its own. */
  issuedAt: number;
  id: string;
}

const HEADER = base64url('{"alg":"HS256","typ":"JWT"}');
const LIFETIME_SECONDS = 300;

/** The `Upstash-Signature` of one delivery: a JWT over the destination and the hash of the body. */
export function signDelivery(input: SignatureInput): string {
  const payload = JSON.stringify({
    iss: "Upstash",
    sub: input.url,
    exp: input.issuedAt + LIFETIME_SECONDS,
    nbf: input.issuedAt,
    iat: input.issuedAt,
    jti: input.id,
    body: hashBody(input.body),
  });
  const text = `${HEADER}.${base64url(payload)}`;
  return `${text}.${createHmac("sha256", input.key).update(text).digest("base64url")}`;
}

/** SHA-256 of the raw body in the URL-safe alphabet, padding kept. */
export function hashBody(body: Buffer): string {
  const hash = createHash("sha256").update(body).digest("base64");
  return hash.replaceAll("+", "-").replaceAll("/", "_");
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
