import { randomUUID } from "node:crypto";
import type { RawRequest, Reply } from "../kit/serve.ts";
import type { QueueContext, Route } from "./context.ts";
import { laneOf } from "./insert.ts";
import { Refused, type Message } from "./model.ts";
import { presentDeadLetter } from "./present.ts";
import { LETTER_RULES, readSelection, refuseExtras } from "./select.ts";
import type { DeadLetter } from "./settle.ts";

interface Page {
  letters: DeadLetter[];
  cursor?: string;
}

/** `GET /v2/dlq/{id}` */
export const getLetter: Route = async (context, request, id) => {
  refuseExtras(request);
  return { body: presentDeadLetter(await findOne(context, id)) };
};

/** `DELETE /v2/dlq/{id}` */
export const deleteLetter: Route = async (context, request, id) => {
  refuseExtras(request);
  return { body: { deleted: await remove(context, [await findOne(context, id)]) } };
};

/** `POST /v2/dlq/retry/{id}` */
export const retryLetter: Route = async (context, request, id) => {
  refuseExtras(request);
  return retry(context, { letters: [await findOne(context, id)] });
};

/** `GET /v2/dlq` */
export const listLetters: Route = async (context, request) => {
  const { letters, cursor } = await findPage(context, request);
  return { body: { messages: letters.map(presentDeadLetter), cursor } };
};

/** `DELETE /v2/dlq`: by ids or filters, a page at a time. */
export const deleteLetters: Route = async (context, request) => {
  const { letters, cursor } = await findPage(context, request);
  return { body: { deleted: await remove(context, letters), cursor } };
};

/** `POST /v2/dlq/retry`: by ids or filters, a page at a time. */
export const retryLetters: Route = async (context, request) => retry(context, await findPage(context, request));

async function findOne({ sql }: QueueContext, id: string): Promise<DeadLetter> {
  const [row] = await sql<{ doc: DeadLetter }[]>`SELECT doc FROM local_qstash.dead_letters WHERE id = ${id}`;
  if (!row) throw new Refused(404, `dead letter ${id} not found`);
  return row.doc;
}

async function findPage({ sql }: QueueContext, request: RawRequest): Promise<Page> {
  const { ids, cursor: after, matches, ...asked } = readSelection(request, LETTER_RULES);
  const count = asked.count ?? ids?.length ?? 100;
  const rows = await sql<{ seq: number; doc: DeadLetter }[]>`
    SELECT seq, doc FROM local_qstash.dead_letters
    WHERE seq > ${after} AND (${ids ?? null}::text[] IS NULL OR id = ANY(${ids ?? null}::text[])) ORDER BY seq`;
  const found = rows.filter(({ doc }) => matches({ message: doc.message, responseStatus: doc.result.status }, doc.createdAt));
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
