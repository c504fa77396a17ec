import { setTimeout as wait } from "node:timers/promises";
import { ask } from "./client.ts";
import { endAllFaults } from "./faults.ts";
import { learn } from "./paying.ts";
import { decideAllChallenges, decideAllDisputes } from "./staff.ts";
import { again, type World } from "./world.ts";

const MINUTE = 60_000;
/** What each step lets pass: holds end, sweeps run, dead letters are replayed, slow methods run out. */
const STEPS_MS = [...Array.from({ length: 10 }, () => 7 * MINUTE), ...Array.from({ length: 4 }, () => 35 * MINUTE), ...Array.from({ length: 5 }, () => 360 * MINUTE)];
/** After the last thing has come to rest, so much more: nothing may begin anew. */
const LAST_STEPS_MS = [11 * MINUTE, 2 * MINUTE];
/** One step's messages may take so long, in real time. */
const STEP_PATIENCE_MS = 30_000;
/** With nothing done for so long, in real time, what is waited for is a lease of one who is gone. */
const LEASE_PATIENCE_MS = 2_000;

/** Ends all faults, lets the guests learn what became of their requests, and lets time pass until nothing is under way. */
export async function becomeQuiet(world: World): Promise<void> {
  await endAllFaults(world);
  await again(() => world.database.db.execute("select 1"));
  for (const asked of world.asked) if (asked.unknown) learn(world, asked, await ask(world, asked));
  for (const step of STEPS_MS) {
    await pass(world, step);
    if (await isAtRest(world)) break;
    await decideAllChallenges(world);
    await decideAllDisputes(world);
  }
  for (const step of LAST_STEPS_MS) await pass(world, step);
}

/**
 * Leases of the killed are counted by the wall's clock, which nobody waits for here: it goes on by a minute with the
 * system's, so that each lease comes to its own end, and one without an end never does.
 */
async function passMinute(world: World): Promise<void> {
  const sooner = "leased_until = leased_until - interval '1 minute'";
  await world.database.db.execute(`update tick_runs set ${sooner} where leased_until is not null`);
  await world.database.db.execute(`update outbox set ${sooner} where leased_until is not null and published_at is null`);
  await world.advance(MINUTE);
}

/** Lets time pass, then waits for what that makes due. */
export async function pass(world: World, ms: number): Promise<void> {
  await world.advance(ms);
  await rest(world);
}

/** Waits until nothing is due any more in outbox and queue, and no tick runs. */
async function rest(world: World): Promise<void> {
  let calm = 0;
  let nextMinute = Date.now() + LEASE_PATIENCE_MS;
  for (const deadline = Date.now() + STEP_PATIENCE_MS; calm < 2; await wait(40)) {
    const waiting = await again(() => due(world));
    calm = waiting === "" ? calm + 1 : 0;
    if (calm === 0 && Date.now() > nextMinute) {
      await passMinute(world);
      nextMinute = Date.now() + LEASE_PATIENCE_MS;
    }
    if (Date.now() > deadline) {
      world.tally.violations.push(`not quiet within ${STEP_PATIENCE_MS / 1000} s: ${waiting}`);
      return;
    }
  }
}

/** What is due now, in words; nothing: "". */
async function due({ database, cloud }: World): Promise<string> {
  const now = cloud.clock.now();
  const rows = await database.db.execute<{ what: string; n: number }>(`
    select 'events to publish' as what, count(*)::int as n from outbox where published_at is null
    union all select 'messages to deliver', count(*)::int from local_qstash.messages where running or due_at <= ${now}
    union all select 'schedules', count(*)::int from local_qstash.schedules where next_at <= ${now}
    union all select 'tasks of a tick', count(*)::int from tick_runs where leased_until > now()`);
  return rows
    .filter(({ n }) => n > 0)
    .map(({ what, n }) => `${n} ${what}`)
    .join(", ");
}

/** Whether every hold, change, payment, refund and dead letter has come to its end. */
async function isAtRest({ database }: World): Promise<boolean> {
  const [row] = await database.db.execute<{ busy: boolean }>(`
    select exists (select 1 from bookings where hold_expires_at is not null)
      or exists (select 1 from booking_changes where state = 'pending')
      or exists (select 1 from payments where state in ('authorised', 'challenged'))
      or exists (select 1 from refunds where state in ('requested', 'pending'))
      or exists (select 1 from deliveries where state in ('queued', 'sending'))
      or exists (select 1 from dead_letters where state in ('waiting', 'replayed')) as busy`);
  return row?.busy === false;
}
