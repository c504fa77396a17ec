import { randomUUID } from "node:crypto";
import type { Reply } from "../kit/serve.ts";
import type { QueueContext, Route } from "./context.ts";
import { laneOf } from "./insert.ts";
import { Refused, type Message } from "./model.ts";
import { matches, presentDeadLetter } from "./present.ts";
import type { DeadLetter } from "./settle.ts";

interface Page {
  letters: DeadLetter[];
  cursor?: string;
}

/** `/v2/dlq`: list, look at, delete and retry messages that were given up; one, or many by id or filter. */
export const deadLettersRoute: Route = async (context, request, [first, second]) => {
  const { method, query } = request;
  if (first === "retry" && method === "POST") {
    return second === undefined ? retry(context, await findPage(context, query)) : retry(context, { letters: [await findOne(context, second)] });
  }
  if (first !== undefined) {
    const letter = await findOne(context, first);
    if (method !== "DELETE") return { body: presentDeadLetter(letter) };
    return { body: { deleted: await remove(context, [letter]) } };
  }
  const page = await findPage(context, query);
  if (method !== "DELETE") {
    return { body: { messages: page.letters.map(presentDeadLetter), cursor: page.cursor } };
  }
  return { body: { deleted: await remove(context, page.letters), cursor: page.cursor } };
};

async function findOne({ sql }: QueueContext, id: string): Promise<DeadLetter> {
  const [row] = await sql<{ doc: DeadLetter }[]>`SELECT doc FROM local_qstash.dead_letters WHERE id = ${id}`;
  if (!row) throw new Refused(404, `dead letter ${id} not found`);
  return row.doc;
}

async function findPage({ sql }: QueueContext, query: URLSearchParams): Promise<Page> {
  const after = Number(query.get("cursor") || 0);
  const count = Number(query.get("count") || 100);
  if (!Number.isInteger(after) || !Number.isInteger(count)) throw new Refused(400, "invalid cursor or count");
  const rows = await sql<{ seq: number; doc: DeadLetter }[]>`
    SELECT seq, doc FROM local_qstash.dead_letters WHERE seq > ${after} ORDER BY seq`;
  const found = rows.filter(({ doc }) => matches(query, presentDeadLetter(doc), doc.createdAt));
  const page = found.slice(0, count);
  const cursor = found.length > count ? String(page.at(-1)?.seq) : undefined;
  return { letters: page.map(({ doc }) => doc), cursor };
}

async function remove({ sql }: QueueContext, letters: DeadLetter[]): Promise<number> {
  const ids = letters.map(({ id }) => id);
  const gone = await sql`DELETE FROM local_qstash.dead_letters WHERE id = ANY(${ids}::text[]) RETURNING id`;
  return gone.length;
}

/** Each becomes a new message, due now, with all its tries before it; it leaves the DLQ in the same statement. */
async function retry({ sql, clock, dispatcher }: QueueContext, page: Page): Promise<Reply> {
  const now = clock.now();
  const rows = page.letters.map(({ id, message }) => {
    const doc: Message = {
      ...message,
      id: `msg_${randomUUID().replaceAll("-", "")}`,
      retried: 0,
      notBefore: now,
      createdAt: now,
      trail: [{ time: now, state: "CREATED" }],
    };
    return { letter: id, id: doc.id, lane: laneOf(doc), due_at: now, doc };
  });
  const again = await sql<{ id: string }[]>`
    WITH gone AS (
      DELETE FROM local_qstash.dead_letters WHERE id = ANY(${rows.map(({ letter }) => letter)}::text[]) RETURNING id
    )
    INSERT INTO local_qstash.messages (id, lane, due_at, doc)
    SELECT r.id, r.lane, r.due_at, r.doc
    FROM json_to_recordset(${JSON.stringify(rows)}::text::json)
      AS r(letter text, id text, lane text, due_at bigint, doc json)
    JOIN gone ON gone.id = r.letter
    RETURNING id`;
  dispatcher.wake();
  const responses = again.map(({ id }) => ({ messageId: id }));
  return { status: 201, body: { cursor: page.cursor ?? "", responses } };
}
