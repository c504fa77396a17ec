import type { Reply } from "../kit/serve.ts";

const MESSAGES: Record<number, [status: number, message: string]> = {
  20001: [400, "A parameter of the query is invalid"],
  20002: [400, "A parameter is unknown, or not served here"],
  20003: [401, "Authenticate"],
  20404: [404, "The requested resource was not found"],
  20405: [405, "Method not allowed"],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Phone Number"],
  21408: [400, "Permission to send an SMS has not been enabled for the region of the 'To' number"],
  21602: [400, "Message body is required."],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [400, "The 'From' phone number is not a valid, message-capable phone number of this account"],
  21609: [400, "Invalid 'StatusCallback' URL"],
  21610: [400, "Attempt to send to unsubscribed recipient"],
  21611: [429, "This 'From' number has exceeded the maximum number of queued messages"],
  21612: [400, "The 'To' phone number is not currently reachable"],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, "The concatenated message body exceeds the 1600 character limit"],
  21701: [400, "The Messaging Service does not exist"],
};

/** A refusal by Twilio's error code. */
export class TwilioError extends Error {
  readonly code: number;
  constructor(code: number) {
    super(MESSAGES[code]?.[1] ?? "Unknown error");
    this.code = code;
  }
}

export function errorReply({ code, message }: TwilioError): Reply {
  const status = MESSAGES[code]?.[0] ?? 400;
  return {
    status,
    headers: code === 20003 ? { "www-authenticate": 'Basic realm="Twilio API"' } : {},
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  };
}

/** @throws TwilioError for the first name that the call doesn't take */
export function refuseUnknown(names: Iterable<string>, known: readonly string[]): void {
  for (const name of names) if (!known.includes(name)) throw new TwilioError(20002);
}
