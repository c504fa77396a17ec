import type { QueueContext, Route } from "./context.ts";
import { Refused, type Message } from "./model.ts";
import { matches, presentMessage } from "./present.ts";

/** `/v2/messages`: look at one that is not finished, cancel one or many. */
export const messagesRoute: Route = async (context, request, [id]) => {
  if (request.method === "DELETE") return cancelRoute(context, request.query, id);
  if (id === undefined) throw new Refused(404, "not found");
  const [row] = await context.sql<{ doc: Message }[]>`SELECT doc FROM local_qstash.messages WHERE id = ${id}`;
  if (!row) throw new Refused(404, `message ${id} not found`);
  return { body: presentMessage(row.doc) };
};

async function cancelRoute(context: QueueContext, query: URLSearchParams, id?: string) {
  const ids = id === undefined ? query.getAll("messageIds") : [id];
  const rows = ids.length
    ? await context.sql<{ doc: Message }[]>`SELECT doc FROM local_qstash.messages WHERE id = ANY(${ids}::text[])`
    : await context.sql<{ doc: Message }[]>`SELECT doc FROM local_qstash.messages`;
  const chosen = rows.map(({ doc }) => doc).filter((message) => matches(query, presentMessage(message), message.createdAt));
  const cancelled = await cancel(context, chosen);
  if (id !== undefined && cancelled === 0) throw new Refused(404, `message ${id} not found`);
  return { body: { cancelled } };
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
