import { z } from "zod";
import type { QueueContext, Route } from "./context.ts";
import { Refused } from "./model.ts";
import { checkName, parseJson } from "./input.ts";
import { refuseExtras } from "./select.ts";

interface Row {
  name: string;
  parallelism: number | null;
  paused: boolean;
  created_at: number;
  updated_at: number;
  lag: number;
}

const upsertSchema = z.strictObject({
  queueName: z.string(),
  parallelism: z.int32().min(1).default(1),
  paused: z.boolean().default(false),
});

/** `GET /v2/queues` */
export const listQueues: Route = async (context, request) => {
  refuseExtras(request);
  return { body: (await findQueues(context)).map(present) };
};

/** `POST /v2/queues`: makes one, or changes it. */
export const upsertQueue: Route = async (context, request) => {
  const input = upsertSchema.safeParse(parseJson(request.body));
  if (!input.success) throw new Refused(400, "a queue has a queueName, a parallelism of at least 1, and may be paused");
  await upsert(context, input.data);
  return { body: {} };
};

/** `GET /v2/queues/{name}` */
export const getQueue: Route = async (context, request, name) => {
  refuseExtras(request);
  return { body: present(await findQueue(context, name)) };
};

/** `DELETE /v2/queues/{name}`: with the messages in it. */
export const deleteQueue: Route = async (context, request, name) => {
  refuseExtras(request);
  const lane = (await findQueue(context, name)).name;
  await context.sql`
    WITH gone AS (DELETE FROM local_qstash.messages WHERE lane = ${lane})
    DELETE FROM local_qstash.lanes WHERE name = ${lane}`;
  return { body: { deleted: 1 } };
};

/** `POST /v2/queues/{name}/pause` and `/resume` */
export const pauseQueue =
  (paused: boolean): Route =>
  async (context, request, name) => {
    refuseExtras(request);
    const lane = (await findQueue(context, name)).name;
    await context.sql`UPDATE local_qstash.lanes SET paused = ${paused}, updated_at = ${context.clock.now()} WHERE name = ${lane}`;
    context.dispatcher.wake();
    return { body: {} };
  };

async function findQueue(context: QueueContext, name: string): Promise<Row> {
  const queue = (await findQueues(context)).find((row) => row.name === `queue:${name}`);
  if (!queue) throw new Refused(404, `queue ${name} not found`);
  return queue;
}

async function upsert({ sql, clock, dispatcher }: QueueContext, input: z.output<typeof upsertSchema>): Promise<void> {
  checkName(input.queueName, "queue");
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
