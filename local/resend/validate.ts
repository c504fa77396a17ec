import { z } from "zod";
import { bareAddress } from "./address.ts";
import { ResendError } from "./errors.ts";

const addresses = z.union([z.string(), z.array(z.string())]).transform((value) => (Array.isArray(value) ? value : [value]));
const optionalAddresses = addresses
  .nullish()
  .transform((value) => value ?? [])
  .pipe(z.array(z.string()));

const attachmentSchema = z.object({
  filename: z.string().nullish(),
  content: z.string().nullish(),
  path: z.string().nullish(),
  content_type: z.string().nullish(),
  content_id: z.string().nullish(),
});
export type AttachmentInput = z.infer<typeof attachmentSchema>;

const emailSchema = z.object({
  from: z.string(),
  to: addresses,
  subject: z.string(),
  cc: optionalAddresses,
  bcc: optionalAddresses,
  reply_to: optionalAddresses,
  html: z.string().nullish(),
  text: z.string().nullish(),
  headers: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
  scheduled_at: z.string().nullish(),
  attachments: z
    .array(attachmentSchema)
    .nullish()
    .transform((value) => value ?? []),
  tags: z
    .array(z.object({ name: z.string(), value: z.string().default("") }))
    .nullish()
    .transform((value) => value ?? []),
});
export type EmailInput = z.infer<typeof emailSchema>;

const TAG = /^[A-Za-z0-9_-]{1,256}$/;
const REFUSED_DOMAINS = ["example.com", "test.com"];

/** Checks one e-mail as Resend does. Throws a `ResendError` that names the first bad field. */
export function parseEmail(raw: unknown): EmailInput {
  const parsed = emailSchema.safeParse(raw);
  if (!parsed.success) throw shapeError(raw, String(parsed.error.issues[0]?.path[0] ?? "body"));
  const email = parsed.data;
  if (!email.html && !email.text) {
    throw new ResendError(422, "missing_required_field", "Missing `html` or `text` field.");
  }
  if (!bareAddress(email.from)) {
    throw new ResendError(422, "invalid_from_address", "Invalid `from` field. Use `email@domain.tld` or `Name <email@domain.tld>`.");
  }
  if (email.to.length === 0) throw missing("to");
  if (email.to.length > 50) throw invalid("to", "It takes at most 50 addresses.");
  for (const field of ["to", "cc", "bcc", "reply_to"] as const) {
    for (const written of email[field]) checkAddress(field, written);
  }
  for (const { name, value } of email.tags) {
    if (!TAG.test(name) || !TAG.test(value)) {
      throw invalid("tags", "Only ASCII letters, digits, underscores and dashes, up to 256.");
    }
  }
  for (const attachment of email.attachments) {
    if (!attachment.content && !attachment.path) {
      throw new ResendError(422, "invalid_attachment", "An attachment needs `content` or `path`.");
    }
    if (!attachment.filename && !attachment.path) {
      throw new ResendError(422, "invalid_attachment", "An attachment needs a `filename`.");
    }
  }
  return email;
}

function checkAddress(field: string, written: string): void {
  const address = bareAddress(written);
  if (!address) throw invalid(field, "Use `email@domain.tld` or `Name <email@domain.tld>`.");
  if (field !== "reply_to" && REFUSED_DOMAINS.some((domain) => address.endsWith(`@${domain}`))) {
    throw invalid(field, "Use a testing address of resend.dev instead of a domain like `example.com`.");
  }
}

function shapeError(raw: unknown, field: string): ResendError {
  const given = typeof raw === "object" && raw !== null ? Reflect.get(raw, field) : raw;
  if (field === "body") return new ResendError(422, "validation_error", "The body must be an object.");
  return given === undefined || given === null ? missing(field) : invalid(field, "It has a wrong type.");
}

function missing(field: string): ResendError {
  return new ResendError(422, "missing_required_field", `Missing \`${field}\` field.`);
}

function invalid(field: string, why: string): ResendError {
  return new ResendError(422, "validation_error", `Invalid \`${field}\` field. ${why}`);
}
