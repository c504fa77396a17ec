import { z } from "zod";
import { bareAddress } from "./address.ts";
import { ResendError } from "./errors.ts";

const addresses = z.union([z.string(), z.array(z.string())]).transform((value) => (Array.isArray(value) ? value : [value]));
const optionalAddresses = addresses
  .nullish()
  .transform((value) => value ?? [])
  .pipe(z.array(z.string()));

const attachmentSchema = z.strictObject({
  filename: z.string().nullish(),
  content: z.string().nullish(),
  path: z.string().nullish(),
  content_type: z.string().nullish(),
  content_id: z.string().nullish(),
});
export type AttachmentInput = z.infer<typeof attachmentSchema>;

const emailSchema = z.strictObject({
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
    .array(z.strictObject({ name: z.string(), value: z.string().default("") }))
    .nullish()
    .transform((value) => value ?? []),
});
export type EmailInput = z.infer<typeof emailSchema>;

const MOST_ADDRESSES = 50;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;
const REFUSED_DOMAINS = ["example.com", "test.com"];

/** Checks one e-mail as Resend does. Throws a `ResendError` that names the first bad field. */
export function parseEmail(raw: unknown): EmailInput {
  const parsed = emailSchema.safeParse(raw);
  if (!parsed.success) throw shapeError(raw, parsed.error.issues[0]);
  const email = parsed.data;
  for (const [field, text] of oneLiners(email)) {
    if (/[\r\n\0]/.test(text) || !text.isWellFormed()) throw invalid(field, "Line breaks are not allowed.");
  }
  if (email.subject === "") throw missing("subject");
  if (!email.html && !email.text) {
    throw new ResendError(422, "missing_required_field", "Missing `html` or `text` field.");
  }
  if (!bareAddress(email.from)) {
    throw new ResendError(422, "invalid_from_address", "Invalid `from` field. Use `email@domain.tld` or `Name <email@domain.tld>`.");
  }
  if (email.to.length === 0) throw missing("to");
  for (const field of ["to", "cc", "bcc", "reply_to"] as const) {
    if (email[field].length > MOST_ADDRESSES) throw invalid(field, `It takes at most ${MOST_ADDRESSES} addresses.`);
    for (const written of email[field]) checkAddress(field, written);
  }
  for (const { name, value } of email.tags) {
    if (!TAG.test(name) || !TAG.test(value)) {
      throw invalid("tags", "Only ASCII letters, digits, underscores and dashes, up to 256.");
    }
  }
  for (const attachment of email.attachments) {
    if (attachment.content && attachment.path) {
      throw new ResendError(422, "invalid_attachment", "An attachment has `content` or `path`, not both.");
    }
    if (attachment.content && !/^[A-Za-z0-9+/]*={0,2}$/.test(attachment.content)) {
      throw new ResendError(422, "invalid_attachment", "The `content` of an attachment is Base64.");
    }
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

/** What becomes a header of the mail, or a part of one. */
function oneLiners(email: EmailInput): [field: string, text: string][] {
  const { from, to, cc, bcc, reply_to, subject, headers, attachments } = email;
  return [
    ["subject", subject],
    ["from", from],
    ...to.map((text): [string, string] => ["to", text]),
    ...[...cc, ...bcc, ...reply_to].map((text): [string, string] => ["cc", text]),
    ...Object.entries(headers).flatMap(([name, text]): [string, string][] => [
      ["headers", name],
      ["headers", text],
    ]),
    ...attachments.flatMap(({ filename, content_id, content_type }) => [filename, content_id, content_type].map((text): [string, string] => ["attachments", text ?? ""])),
  ];
}

function shapeError(raw: unknown, issue: z.core.$ZodIssue | undefined): ResendError {
  if (issue?.code === "unrecognized_keys") return invalid([...issue.path, issue.keys[0]].join("."), "It is unknown, or not served here.");
  const field = String(issue?.path[0] ?? "body");
  const given: unknown = typeof raw === "object" && raw !== null ? Reflect.get(raw, field) : raw;
  if (field === "body") return new ResendError(422, "validation_error", "The body must be an object.");
  return given === undefined || given === null ? missing(field) : invalid(field, "It has a wrong type.");
}

function missing(field: string): ResendError {
  return new ResendError(422, "missing_required_field", `Missing \`${field}\` field.`);
}

function invalid(field: string, why: string): ResendError {
  return new ResendError(422, "validation_error", `Invalid \`${field}\` field. ${why}`);
}
