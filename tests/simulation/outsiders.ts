import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { beginOn } from "../../db/begin.ts";
import type { Outsider } from "./refusals/judge.ts";
import type { World } from "./world.ts";

/** Something in the database that somebody from outside keeps locked. */
export interface Locked {
  /** A statement that takes the lock in a transaction. */
  take: string;
  /** Whose nights it keeps busy; undefined: everybody's. */
  nights: readonly string[] | undefined;
  /** Whom alone it concerns. */
  actor?: string;
}

const LOOK_MS = 25;
/** Past it everybody has given up waiting. */
const LONGEST_MS = 4000;

/**
 * A client of the same database, such as a report or a person at a prompt, takes a lock and sits on it.
 * @param met told of each statement of ours that waits behind it
 * @returns what lets it go
 */
export async function sitOn(world: World, { take, nights, actor }: Locked, met: () => void): Promise<() => Promise<void>> {
  const { database, outsiders } = world;
  const client = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {}, connection: { application_name: "outsider", lock_timeout: 1000 } });
  const outsider: Outsider = { nights, actor, from: Date.now(), to: Infinity };
  const held = Promise.withResolvers<number>();
  const over = Promise.withResolvers<void>();
  const sitting = beginOn(client)(async (sql) => {
    await sql.unsafe(take);
    const [row] = await sql.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid");
    held.resolve(row!.pid);
    await Promise.race([over.promise, wait(LONGEST_MS, undefined, { ref: false })]);
  })
    // Postgres may be felled meanwhile, or somebody else has the lock.
    .catch(() => undefined)
    .finally(() => {
      held.resolve(0);
      outsider.to = Date.now();
    });
  const pid = await held.promise;
  if (pid > 0) outsiders.push(outsider);
  const seen = new Set<string>();
  const looking = setInterval(() => void look(world, pid, seen, met), LOOK_MS);
  return async () => {
    await look(world, pid, seen, met);
    clearInterval(looking);
    over.resolve();
    await sitting;
    await client.end({ timeout: 1 });
  };
}

/** Each statement once. */
async function look({ database }: World, pid: number, seen: Set<string>, met: () => void): Promise<void> {
  const waiting = `select pid || ' ' || query_start as statement from pg_stat_activity where pid <> pg_backend_pid() and ${pid} = any(pg_blocking_pids(pid))`;
  for (const { statement } of await database.db.execute<{ statement: string }>(waiting).catch(() => [])) {
    if (seen.has(statement)) continue;
    seen.add(statement);
    met();
  }
}
