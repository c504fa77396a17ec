import { refuseExtras, CANCEL_RULES, readSelection } from "./select.ts";
import type { QueueContext, Route } from "./context.ts";
import { Refused, type Message } from "./model.ts";
import { presentMessage } from "./present.ts";

/** `GET /v2/messages/{id}`: one that is not finished. */
export const getMessage: Route = async ({ sql }, request, id) => {
  refuseExtras(request);
  return { body: presentMessage(await findMessage(sql, id)) };
};

/** `DELETE /v2/messages/{id}` */
export const cancelMessage: Route = async (context, request, id) => {
  refuseExtras(request);
  const cancelled = await cancel(context, [await findMessage(context.sql, id)]);
  if (cancelled === 0) throw new Refused(404, `message ${id} not found`);
  return { body: { cancelled } };
};

/** `DELETE /v2/messages`: by ids, or by filters, the oldest first; all where none is given. */
export const cancelMessages: Route = async (context, request) => {
  const { ids, count, matches } = readSelection(request, CANCEL_RULES);
  const rows = await context.sql<{ doc: Message }[]>`
    SELECT doc FROM local_qstash.messages WHERE ${ids ?? null}::text[] IS NULL OR id = ANY(${ids ?? null}::text[]) ORDER BY seq`;
  const chosen = rows.map(({ doc }) => doc).filter((message) => matches({ message }, message.createdAt));
  return { body: { cancelled: await cancel(context, chosen.slice(0, count)) } };
};

async function findMessage(sql: QueueContext["sql"], id: string): Promise<Message> {
  const [row] = await sql<{ doc: Message }[]>`SELECT doc FROM local_qstash.messages WHERE id = ${id}`;
  if (!row) throw new Refused(404, `message ${id} not found`);
  return row.doc;
}

async function cancel({ sql, clock, dispatcher }: QueueContext, messages: Message[]): Promise<number> {
  const now = clock.now();
  const rows = messages.map((message) => ({
    id: message.id,
    doc: { ...message, trail: [...message.trail, { time: now, state: "CANCELLED" }] },
  }));
  const gone = await sql<{ id: string }[]>`
    WITH gone AS (
      DELETE FROM local_qstash.messages WHERE id = ANY(${messages.map(({ id }) => id)}::text[]) RETURNING id
    ), logged AS (
      INSERT INTO local_qstash.log (id, doc)
      SELECT r.id, r.doc FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r(id text, doc json)
      JOIN gone USING (id)
    )
    SELECT id FROM gone`;
  dispatcher.drop(gone.map(({ id }) => id));
  dispatcher.wake();
  return gone.length;
}
