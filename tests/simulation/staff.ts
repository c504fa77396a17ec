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

/** A payment of this world that Stripe has captured, and a part of it or undefined for all. */
async function drawCaptured(world: World, random: Random): Promise<{ payment_intent: string; amount?: number } | undefined> {
  const own = world.properties.map(({ propertyId }) => `'${propertyId}'`).join();
  const rows = await find(
    world,
    `select payment_ref as ref, captured::int as amount from payments where provider = 'stripe' and state = 'captured' and property_id in (${own}) order by created_at, id`,
  );
  const found = rows[Math.floor(random.next() * rows.length)];
  const [isPart, share] = [random.chance(0.5), random.next()];
  if (!found) return undefined;
  return { payment_intent: found.ref, ...(isPart && { amount: Math.max(1, Math.floor(share * found.amount!)) }) };
}

/** At Stripe, as somebody in the dashboard or the cardholder's bank does it. */
async function atStripe(world: World, what: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${world.cloud.servers.stripe!.url}/_test/${path}`, { method: "POST", body: JSON.stringify(body) });
  await answer.arrayBuffer();
  count(world.tally.outcomes, `${what}: ${answer.ok ? "made" : `refused with ${answer.status}`}`);
}

/** A refund that somebody makes in Stripe's dashboard: of all or a part, perhaps after another. */
export async function refundInDashboard(world: World, random: Random): Promise<void> {
  const payment = await drawCaptured(world, random);
  if (payment) await atStripe(world, "dashboard refund", "refund", payment);
}

/** A charge that the cardholder's bank disputes, all of it or a part, refunded or not. */
export async function dispute(world: World, random: Random): Promise<void> {
  const payment = await drawCaptured(world, random);
  if (payment) await atStripe(world, "dispute", "disputes", payment);
}

const UNDECIDED = "select provider_ref as ref from disputes where state not in ('won', 'lost', 'closed') order by provider_ref";

/** The bank decides one of the disputes. */
export async function decideDispute(world: World, random: Random): Promise<void> {
  const rows = await find(world, UNDECIDED);
  const status = random.pick(["won", "lost"]);
  const found = rows[Math.floor(random.next() * rows.length)];
  if (found) await atStripe(world, `dispute ${status}`, `disputes/${found.ref}/close`, { status });
}

/** No dispute stays open for good. */
export async function decideAllDisputes(world: World): Promise<void> {
  for (const [index, { ref }] of (await find(world, UNDECIDED)).entries()) {
    const status = index % 2 === 0 ? "lost" : "won";
    await atStripe(world, `dispute ${status}`, `disputes/${ref}/close`, { status });
  }
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
async function find(world: World, query: string): Promise<{ ref: string; amount?: number }[]> {
  return world.database.db.execute<{ ref: string; amount?: number }>(query).catch(() => []);
}
