import { openDatabase } from "../../db/client.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import { addDays } from "../../server/platform/dates.ts";
import { moveNights, type NightMove } from "../../server/rooms/index.ts";
import type { Random } from "./random.ts";
import { count } from "./tally.ts";
import { NIGHTS, type World } from "./world.ts";

/** A hotelier blocks, frees, adds or takes rooms on some nights; now and then more than are free, and confirms it. */
export async function changeNights(world: World, random: Random, key: string): Promise<void> {
  const room = random.pick(random.pick(world.properties).rooms);
  const from = random.int(0, NIGHTS - 1);
  const what = random.weighted({ block: 35, unblock: 30, add: 20, remove: 15 });
  const delta = { block: { blocked: 1 }, unblock: { blocked: -1 }, add: { physical: 1 }, remove: { physical: -1 } }[what];
  const nights = Array.from({ length: random.int(1, 3) }, (_, night): NightMove => ({ roomTypeId: room.roomTypeId, date: addDays(world.firstNight, from + night), ...delta }));
  const reason = what === "block" || what === "unblock" ? what : "adjust";
  const force = (what === "block" || what === "remove") && random.chance(0.15);
  // A connection of its own: one that Postgres cuts within a transaction is good for nothing more.
  const { db, close } = openDatabase(world.database.url, { max: 1 });
  const outcome = await db
    .transaction((tx) => moveNights(tx, nights, { reason, actor: `staff:${key}`, force }))
    .then(
      (moved) => (moved ? "done" : "refused"),
      // A count below zero, or Postgres is away: either way nothing was done, or its events tell.
      () => "failed",
    )
    .finally(close);
  count(world.tally.outcomes, `staff ${what}${force ? " by force" : ""}: ${outcome}`);
}

/** A refund that somebody makes in Stripe's dashboard. */
export async function refundInDashboard(world: World, random: Random): Promise<void> {
  const rows = await find(world, "select payment_ref as ref from payments where provider = 'stripe' and state = 'captured' order by created_at, id");
  const found = rows[Math.floor(random.next() * rows.length)];
  if (!found) return;
  const answer = await fetch(`${world.cloud.servers.stripe!.url}/_test/refund`, { method: "POST", body: JSON.stringify({ payment_intent: found.ref }) });
  count(world.tally.outcomes, `dashboard refund: ${answer.ok ? "made" : "refused"}`);
}

/** Whoever looks at challenged cards at Midtrans accepts or denies one. */
export async function decideChallenge(world: World, random: Random): Promise<void> {
  const rows = await find(world, "select page_ref as ref from payments where provider = 'midtrans' and state = 'challenged' order by created_at, id");
  const verdict = random.pick(["approve", "deny"]);
  const found = rows[Math.floor(random.next() * rows.length)];
  if (!found) return;
  await decide(world, found.ref, verdict);
  count(world.tally.outcomes, `challenge: ${verdict}`);
}

/** Nothing stays challenged for good: somebody looks at each. */
export async function decideAllChallenges(world: World): Promise<void> {
  for (const { ref } of await find(world, "select page_ref as ref from payments where provider = 'midtrans' and state = 'challenged'")) await decide(world, ref, "approve");
}

async function decide(world: World, order: string, verdict: string): Promise<void> {
  const authorization = `Basic ${btoa(`${DEMO_KEYS.MIDTRANS_SERVER_KEY}:`)}`;
  await fetch(`${world.cloud.servers.midtrans!.url}/v2/${order}/${verdict}`, { method: "POST", headers: { authorization } }).catch(() => undefined);
}

/** Postgres may be away: then there is nothing to choose from. */
async function find(world: World, query: string): Promise<{ ref: string }[]> {
  return world.database.db.execute<{ ref: string }>(query).catch(() => []);
}
