import { z } from "zod";
import type { QueueContext, Route } from "./context.ts";
import { Refused } from "./model.ts";
import { checkQueueName, parseJson } from "./input.ts";

interface Row {
  name: string;
  parallelism: number | null;
  paused: boolean;
  created_at: number;
  updated_at: number;
  lag: number;
}

const upsertSchema = z.object({
  queueName: z.string(),
  parallelism: z.number().int().min(1).default(1),
  paused: z.boolean().default(false),
});

/** `/v2/queues`: list, get, make or change, delete, pause and resume. */
export const queuesRoute: Route = async (context, request, [name, verb]) => {
  const { sql, dispatcher } = context;
  if (name === undefined) {
    if (request.method !== "POST") return { body: (await findQueues(context)).map(present) };
    const input = upsertSchema.safeParse(parseJson(request.body));
    if (!input.success) throw new Refused(400, "a queue needs a name and a parallelism of at least 1");
    await upsert(context, input.data);
    return { body: {} };
  }
  const lane = `queue:${name}`;
  if (verb === "pause" || verb === "resume") {
    const changed = await sql`
      UPDATE local_qstash.lanes SET paused = ${verb === "pause"}, updated_at = ${context.clock.now()}
      WHERE name = ${lane} RETURNING name`;
    if (changed.length === 0) throw new Refused(404, `queue ${name} not found`);
    dispatcher.wake();
    return { body: {} };
  }
  const queue = (await findQueues(context)).find((row) => row.name === lane);
  if (!queue) throw new Refused(404, `queue ${name} not found`);
  if (request.method !== "DELETE") return { body: present(queue) };
  await sql`
    WITH gone AS (DELETE FROM local_qstash.messages WHERE lane = ${lane})
    DELETE FROM local_qstash.lanes WHERE name = ${lane}`;
  return { body: { deleted: 1 } };
};

async function upsert({ sql, clock, dispatcher }: QueueContext, input: z.output<typeof upsertSchema>): Promise<void> {
  checkQueueName(input.queueName);
  const now = clock.now();
  await sql`
    INSERT INTO local_qstash.lanes (name, parallelism, paused, created_at, updated_at)
    VALUES (${`queue:${input.queueName}`}, ${input.parallelism}, ${input.paused}, ${now}, ${now})
    ON CONFLICT (name) DO UPDATE
    SET parallelism = excluded.parallelism, paused = excluded.paused, updated_at = excluded.updated_at`;
  dispatcher.wake();
}

function findQueues({ sql }: QueueContext): Promise<Row[]> {
  return sql<Row[]>`
    SELECT l.*, (SELECT count(*)::integer FROM local_qstash.messages m WHERE m.lane = l.name) AS lag
    FROM local_qstash.lanes l WHERE name LIKE 'queue:%' ORDER BY name`;
}

function present(row: Row) {
  return {
    name: row.name.slice("queue:".length),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    parallelism: row.parallelism ?? 1,
    paused: row.paused,
    lag: row.lag,
  };
}
