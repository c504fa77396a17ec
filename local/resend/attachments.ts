import type { Attachment } from "./model.ts";
import { ResendError } from "./errors.ts";
import type { AttachmentInput } from "./validate.ts";

const FETCH_TIMEOUT_MS = 10_000;

const TYPES: Record<string, string> = {
  ics: "text/calendar",
  pdf: "application/pdf",
  txt: "text/plain",
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  svg: "image/svg+xml",
};

/** Takes an attachment's content as given, or fetches it from `path`. Throws `invalid_attachment`. */
export async function resolveAttachment(input: AttachmentInput): Promise<Attachment> {
  const filename = input.filename ?? input.path?.split(/[?#]/)[0]?.split("/").at(-1) ?? "attachment";
  const extension = filename.split(".").at(-1)?.toLowerCase() ?? "";
  return {
    filename,
    contentType: input.content_type ?? TYPES[extension] ?? "application/octet-stream",
    contentId: input.content_id ?? null,
    content: input.content ?? (await download(input.path ?? "")),
  };
}

async function download(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer()).toString("base64");
  } catch (error) {
    throw new ResendError(422, "invalid_attachment", `The attachment at ${url} can't be fetched: ${String(error)}`);
  }
}
