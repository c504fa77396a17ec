import type { Gateway } from "./gateway.ts";

export interface InboxMail {
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** Content in Base64. */
  attachments: { filename: string; content: string }[];
}

/** The mails that the stand-in has accepted for an address, newest first. */
export async function mailsTo(gateway: Pick<Gateway, "cloud">, address: string): Promise<InboxMail[]> {
  const response = await fetch(`${gateway.cloud.servers.resend!.url}/inbox/api/messages?to=${encodeURIComponent(address)}`);
  const { messages } = (await response.json()) as { messages: InboxMail[] };
  return messages.filter((message) => message.to.includes(address));
}
