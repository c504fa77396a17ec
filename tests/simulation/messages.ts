import type { World } from "./world.ts";

interface Received {
  kind: "mail" | "sms";
  to: string[];
  text?: string;
  tags?: { name: string; value: string }[];
}
interface Row extends Record<string, unknown> {
  id: string;
  kind: string;
  channel: string;
  state: string;
}

/** Each delivery that we call sent is in the inbox once, and the inbox has nothing else; a text may be lost, never doubled. */
export async function checkMessages(world: World): Promise<string[]> {
  const response = await fetch(`${world.cloud.servers.resend!.url}/inbox/api/messages`);
  const { messages } = (await response.json()) as { messages: Received[] };
  const rows = await world.database.db.execute<Row>("select id, kind, channel, state from deliveries");
  const wrong: string[] = [];
  const accounts = world.guests.flatMap(({ account }) => account ?? []);
  const mails = messages
    .filter(({ kind, to }) => kind === "mail" && !to.some((address) => accounts.includes(address)))
    .map(({ tags }) => tags?.find(({ name }) => name === "delivery")?.value);
  const sentMails = rows.filter(({ channel }) => channel === "email");
  for (const { id, kind, state } of sentMails) {
    const copies = mails.filter((delivery) => delivery === id).length;
    const expected = ["queued", "sending", "failed"].includes(state) ? [0, 1] : [1];
    if (!expected.includes(copies)) wrong.push(`the mail ${kind} ${id} is ${state}, and came ${copies} times`);
  }
  for (const delivery of mails) if (!sentMails.some(({ id }) => id === delivery)) wrong.push(`a mail came that is not among the deliveries: ${delivery}`);
  const texts = messages.filter(({ kind }) => kind === "sms");
  // A text names its booking and what became of it, and carries no id of ours.
  for (const [text, copies] of Map.groupBy(texts, ({ to, text }) => `${to.join()}: ${text}`)) {
    if (copies.length > 1) wrong.push(`a text came ${copies.length} times, ${text}`);
  }
  const sent = rows.filter(({ channel }) => channel === "sms").length;
  if (texts.length > sent) wrong.push(`${texts.length} texts came of ${sent}`);
  return wrong;
}
