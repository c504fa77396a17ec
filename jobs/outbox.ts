import { sql } from "drizzle-orm";
import { pgArray, statement } from "../db/client.ts";
import { outbox } from "../db/schema/jobs.ts";
import type { Services } from "../server/context.ts";
import type { Message } from "./define.ts";
import { publish, queueOf, type Outgoing } from "./qstash.ts";
import { raiseIncident } from "../server/platform/incidents.ts";
import { followers, isFollowed } from "./registry.ts";

const BATCH = 100;

const { placeholder } = sql;

const lease = statement((db) => {
  const ready = sql`select id from ${outbox} where published_at is null and (leased_until is null or leased_until < now()) order by id limit ${placeholder("most")} for update skip locked`;
  return db
    .update(outbox)
    .set({ leasedUntil: sql`now() + interval '30 seconds'` })
    .where(sql`${outbox.id} in (${ready})`)
    .returning({ outboxId: outbox.id, type: outbox.type, v: outbox.v, payload: outbox.payload })
    .prepare("outbox_lease");
});

const mark = statement((db) =>
  db
    .update(outbox)
    .set({ publishedAt: sql`app_now()`, leasedUntil: null })
    .where(sql`${outbox.id} = any(${placeholder("ids")}::uuid[])`)
    .prepare("outbox_mark"),
);

/**
 * The relay: leases ready events, publishes one message per event and job, marks them published.
 * A crash between the last two publishes again; the queue's and the jobs' own de-duplication make that harmless.
 * @returns how many events it published; fewer than a batch means that none is left
 */
export async function relay(services: Services): Promise<number> {
  const { db, config } = services;
  const client = queueOf(config);
  if (!client) return 0;
  const rows = await lease(db, { most: BATCH });
  if (rows.length === 0) return 0;
  await reportUnfollowed(services, rows);
  const outgoing = rows.flatMap((message: Message): Outgoing[] => followers(message.type, message.payload).map((job) => ({ job, message, replay: 0 })));
  await publish(config, client, outgoing);
  await mark(db, { ids: pgArray(rows.map((row) => row.outboxId)) });
  services.metrics.count("outbox_published_total", {}, rows.length);
  return rows.length;
}

/** An event of another release, or one that a job was forgotten for: a person hears of it, since nothing follows. */
async function reportUnfollowed({ db }: Services, rows: readonly Message[]): Promise<void> {
  const unfollowed = Map.groupBy(
    rows.filter((row) => !isFollowed(row.type)),
    (row) => row.type,
  );
  for (const [type, events] of unfollowed) {
    await raiseIncident(db, {
      cause: `event-unfollowed:${type}`,
      severity: "critical",
      title: `No job follows the event ${type}`,
      data: { type, outboxIds: events.map((event) => event.outboxId) },
    });
  }
}

/** Runs the relay until nothing is ready. A failure is logged: the tick will try again. @returns whether it went well */
export async function drain(services: Services): Promise<boolean> {
  try {
    while ((await relay(services)) === BATCH);
    return true;
  } catch (error) {
    services.log.warn("publishing failed; the next tick tries again", {}, error);
    services.metrics.count("outbox_failures_total");
    return false;
  }
}

/** How long a commit's events wait for those of others. */
const GATHER_MS = 15;

/**
 * A `published()` for a long-lived process: one relay at a time, however many commits ask,
 * and one more run for those that asked meanwhile.
 */
export function coalesced(services: Services, defer: (work: Promise<unknown>) => void): () => void {
  let running = false;
  let again = false;
  const run = async () => {
    running = true;
    let good: boolean;
    do {
      // Commits that come in a moment go out in one batch.
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      again = false;
      good = await drain(services);
    } while (again && good);
    running = false;
  };
  return () => {
    if (running) again = true;
    else defer(run());
  };
}
