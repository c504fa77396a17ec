import type { Config } from "../platform/config.ts";
import type { Locale } from "../platform/fields.ts";
import { composeCode } from "./compose.ts";
import { sendEmail } from "./send-email.ts";

interface CodeMail {
  /** Our row's id, and the vendor's key: under it the mail goes out once. */
  proofId: string;
  locale: Locale;
  to: string;
  code: string;
}

/**
 * Mails a code, once however often it is called within a day.
 * @throws OutsideError; UNAVAILABLE without a mail account.
 */
export async function sendCode(config: Config, { proofId, locale, to, code }: CodeMail): Promise<void> {
  await sendEmail(config, { deliveryId: proofId, to, ...(await composeCode({ locale, code })) });
}
