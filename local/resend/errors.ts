import type { Reply } from "../kit/serve.ts";

/** A refusal in Resend's words: `{ statusCode, name, message }`. */
export class ResendError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function errorReply(error: ResendError): Reply {
  return {
    status: error.status,
    body: { statusCode: error.status, name: error.code, message: error.message },
  };
}
