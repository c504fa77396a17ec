import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";

const PATIENCE_MS = 180_000;

/** Waits until every event has been published to the queue. */
export function outboxEmpty(databaseUrl: string): Promise<void> {
  return none(databaseUrl, "select count(*)::int as left from outbox where published_at is null");
}

/** Waits until nothing is left to be published, nor to be delivered now; the ends of holds lie in the future. */
export function allDelivered(databaseUrl: string): Promise<void> {
  return none(
    databaseUrl,
    `select ((select count(*) from outbox where published_at is null)
      + (select count(*) from local_qstash.messages where running or due_at <= extract(epoch from app_now()) * 1000))::int as left`,
  );
}

async function none(databaseUrl: string, query: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    for (const deadline = Date.now() + PATIENCE_MS; ; await wait(20)) {
      const [row] = await sql.unsafe<{ left: number }[]>(query);
      if (row?.left === 0) return;
      if (Date.now() > deadline) throw new Error(`${row?.left} events or messages are still waiting after ${PATIENCE_MS / 1000} s`);
    }
  } finally {
    await sql.end();
  }
}
