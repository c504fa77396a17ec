import { z } from "zod";
import type { QueueContext, Route } from "./context.ts";
import { Refused } from "./model.ts";
import { MAX_LIMIT } from "./read-message.ts";
import { refuseExtras } from "./select.ts";

interface Row {
  name: string;
  parallelism: number | null;
  rate: number | null;
  period_ms: number;
  paused: boolean;
  pinned_parallelism: boolean;
  pinned_rate: boolean;
  window_start: number;
  window_count: number;
  waiting: number;
  running: number;
}

/** `GET /v2/flowControl`: all keys that messages were published under, or those whose name holds `search`. */
export const listFlows: Route = async (context, request) => {
  refuseExtras(request, ["search"]);
  const search = request.query.get("search");
  if (search === "") throw new Refused(400, "search is empty");
  const rows = await findFlows(context);
  return { body: rows.map(present).filter(({ flowControlKey }) => flowControlKey.includes(search ?? "")) };
};

/** `GET /v2/flowControl/{key}` */
export const getFlow: Route = async (context, request, key) => {
  refuseExtras(request);
  return { body: present(await findFlow(context, key)) };
};

/** `POST /v2/flowControl/{key}/pause` and `/resume` */
export const pauseFlow =
  (paused: boolean): Route =>
  async (context, request, key) => {
    refuseExtras(request);
    const { name } = await findFlow(context, key);
    await context.sql`UPDATE local_qstash.lanes SET paused = ${paused}, updated_at = ${context.clock.now()} WHERE name = ${name}`;
    context.dispatcher.wake();
    return { body: {} };
  };

const limit = z
  .string()
  .regex(/^\d{1,7}$/)
  .transform(Number)
  .pipe(z.number().min(1).max(MAX_LIMIT));
const pinSchema = z
  .strictObject({ parallelism: limit.optional(), rate: limit.optional(), period: limit.optional() })
  .refine(({ parallelism, rate, period }) => (parallelism !== undefined || rate !== undefined) && (period === undefined || rate !== undefined));
const unpinSchema = z.strictObject({ parallelism: z.enum(["true", "false"]).optional(), rate: z.enum(["true", "false"]).optional() });

/** `POST /v2/flowControl/{key}/pin`: these limits hold whatever messages bring; the rate's period begins anew. */
export const pinFlow: Route = async (context, request, key) => {
  const pin = readQuery(request.query, pinSchema, "pin takes parallelism, rate, and a period in seconds with the rate");
  refuseExtras(request, ["parallelism", "rate", "period"]);
  const { name } = await findFlow(context, key);
  const now = context.clock.now();
  await context.sql`
    UPDATE local_qstash.lanes SET
      parallelism = coalesce(${pin.parallelism ?? null}::integer, parallelism),
      pinned_parallelism = pinned_parallelism OR ${pin.parallelism !== undefined},
      rate = coalesce(${pin.rate ?? null}::integer, rate),
      period_ms = CASE WHEN ${pin.rate !== undefined} THEN ${(pin.period ?? 1) * 1000}::bigint ELSE period_ms END,
      pinned_rate = pinned_rate OR ${pin.rate !== undefined},
      window_start = ${now}, window_count = 0, updated_at = ${now}
    WHERE name = ${name}`;
  context.dispatcher.wake();
  return { body: {} };
};

/** `POST /v2/flowControl/{key}/unpin`: the limits stay until a message brings others. */
export const unpinFlow: Route = async (context, request, key) => {
  const { parallelism, rate } = readQuery(request.query, unpinSchema, "unpin takes parallelism and rate, true or false");
  refuseExtras(request, ["parallelism", "rate"]);
  if (parallelism !== "true" && rate !== "true") throw new Refused(400, "unpin needs parallelism or rate");
  const { name } = await findFlow(context, key);
  await context.sql`
    UPDATE local_qstash.lanes SET
      pinned_parallelism = pinned_parallelism AND ${parallelism !== "true"},
      pinned_rate = pinned_rate AND ${rate !== "true"}, updated_at = ${context.clock.now()}
    WHERE name = ${name}`;
  return { body: {} };
};

/** `POST /v2/flowControl/{key}/resetRate`: a new period begins now, with nothing spent. */
export const resetFlowRate: Route = async (context, request, key) => {
  refuseExtras(request);
  const { name } = await findFlow(context, key);
  await context.sql`UPDATE local_qstash.lanes SET window_start = ${context.clock.now()}, window_count = 0 WHERE name = ${name}`;
  context.dispatcher.wake();
  return { body: {} };
};

/** `GET /v2/globalParallelism` */
export const getGlobalParallelism: Route = async ({ sql, concurrency }, request) => {
  refuseExtras(request);
  const [row] = await sql<{ count: number }[]>`SELECT count(*) FROM local_qstash.messages WHERE running`;
  return { body: { parallelismMax: concurrency, parallelismCount: row?.count ?? 0 } };
};

function readQuery<T>(query: URLSearchParams, schema: z.ZodType<T>, message: string): T {
  const input = schema.safeParse(Object.fromEntries([...query].filter(([name]) => name !== "qstash_token")));
  if (!input.success) throw new Refused(400, message);
  return input.data;
}

function findFlows({ sql }: QueueContext): Promise<Row[]> {
  return sql<Row[]>`
    SELECT l.*,
      (SELECT count(*)::integer FROM local_qstash.messages m WHERE m.lane = l.name AND NOT m.running) AS waiting,
      (SELECT count(*)::integer FROM local_qstash.messages m WHERE m.lane = l.name AND m.running) AS running
    FROM local_qstash.lanes l WHERE name LIKE 'flow:%' ORDER BY name`;
}

async function findFlow(context: QueueContext, key: string): Promise<Row> {
  const row = (await findFlows(context)).find(({ name }) => name === `flow:${key}`);
  if (!row) throw new Refused(404, `flow control key ${key} not found`);
  return row;
}

function present(row: Row) {
  return {
    flowControlKey: row.name.slice("flow:".length),
    waitListSize: row.waiting,
    parallelismMax: row.parallelism ?? 0,
    parallelismCount: row.running,
    rateMax: row.rate ?? 0,
    rateCount: row.window_count,
    ratePeriod: row.period_ms / 1000,
    ratePeriodStart: Math.floor(row.window_start / 1000),
    isPaused: row.paused,
    isPinnedParallelism: row.pinned_parallelism,
    isPinnedRate: row.pinned_rate,
  };
}
