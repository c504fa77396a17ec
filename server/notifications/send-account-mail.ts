import type { Config } from "../platform/config.ts";
import type { Locale } from "../platform/fields.ts";
import { OutsideError } from "../platform/outside.ts";
import { composeAccountMail } from "./compose.ts";
import { sendEmail } from "./send-email.ts";
import type { AccountMailKind } from "./templates/account-mails.ts";

export interface AccountMail {
  kind: AccountMailKind;
  /** Our row's id, and the vendor's key: under it the mail goes out once. */
  mailId: string;
  locale: Locale;
  to: string;
  name: string;
  organization?: string | undefined;
  url: string;
}

/**
 * Sends an account's mail, once however often it is called within a day.
 * @throws OutsideError; UNAVAILABLE without a mail account.
 */
export async function sendAccountMail(config: Config, { mailId, to, kind, ...facts }: AccountMail): Promise<void> {
  const mail = await composeAccountMail(kind, facts);
  try {
    await sendEmail(config, { deliveryId: mailId, to, ...mail });
  } catch (error) {
    // This key has sent other bytes before, by a run whose answer was lost: the person has a link, made a little earlier.
    if (!(error instanceof OutsideError) || error.code !== "invalid_idempotent_request") throw error;
  }
}
