import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import type { FaultInput, FaultSwitch } from "../../local/kit/faults.ts";
import type { WebhookFault } from "../../local/kit/webhooks.ts";
import { forgeWebhook } from "./forged.ts";
import { lockBooking, lockClient, lockNight, lockPayment, lockProperty } from "./locks.ts";
import { lookAround, rushForFree } from "./operations.ts";
import type { Random } from "./random.ts";
import type { RedisMood } from "./redis-gate.ts";
import { again, type World } from "./world.ts";

/** Ends a fault that lasts. */
export type End = () => Promise<void> | void;

/** Told each time that something met the fault. */
export type Met = (times?: number) => void;

export interface Fault {
  /** How many of the deck are its own; 1 by default. */
  cards?: number;
  /** So many more volleys it lasts at the least, so that something meets it. */
  least?: number;
  begin: (world: World, random: Random, met: Met) => Promise<End | void> | End | void;
}

/** Until it is ended. */
const ALWAYS = 1_000_000;
/** For what a number of calls ends: it waits for them. */
export const UNTIL_THE_END = Infinity;
type Vendor = "stripe" | "midtrans";
const VENDORS: readonly Vendor[] = ["stripe", "midtrans"];
/** The API alone: what the guest does on the page goes on. */
const API: Record<Vendor, string> = { stripe: "/v1/", midtrans: "/v2/" };

/** As both say it of themselves; what a proxy in front of them says has other words. */
const OUT_OF_ORDER = { status_code: "500", error: { type: "api_error", message: "Something went wrong on our end." } };

/** Everything that may go wrong, by name. */
export const FAULTS = {
  "app-killed": { cards: 4, begin: at(({ apps }, random) => random.pick(apps).process.crash(random.int(0, 400))) },
  "app-frozen": { begin: at(({ apps }, random) => random.pick(apps).process.freeze(random.int(500, 4000))) },
  "postgres-crashed": { cards: 2, begin: at(({ services }) => services.crashPostgres()) },
  "postgres-slow": { least: 1, begin: slowPostgres },
  "postgres-hung": { begin: hangPostgres },
  "postgres-reset": { begin: ({ postgres }, _, met) => met(postgres.reset()) },

  "night-locked": { begin: lockNight },
  "booking-locked": { begin: lockBooking },
  "payment-locked": { cards: 2, begin: lockPayment },
  "property-locked": { begin: lockProperty },
  "client-locked": { begin: lockClient },

  "redis-refused": { least: 1, begin: refuseRedis },
  "redis-hung": { least: 1, begin: redisIs("hung") },
  "redis-slow": { least: 1, begin: redisIs("slow") },
  "redis-emptied": { begin: emptyRedis },
  "redis-lying": { least: 4, begin: lieAboutLocks },
  "redis-full": { least: 1, begin: fillRedis },
  "redis-password": { least: 1, begin: redisIs("password") },
  "redis-broken": { least: 1, begin: redisIs("broken") },
  "redis-answer-lost": { least: UNTIL_THE_END, begin: ({ redis }, random, met) => failing(redis, { drop: "after", calls: random.int(1, 6) }, met) },

  "queue-twice": { least: UNTIL_THE_END, begin: deliveries("twice") },
  "queue-late": { least: UNTIL_THE_END, begin: deliveries("delay") },
  "queue-lost": { least: UNTIL_THE_END, begin: deliveries("lost") },
  "queue-stopped": { least: 1, begin: stopQueue },
  "queue-refusing": { least: 2, begin: atQueue(() => ({ status: 503, calls: ALWAYS })) },
  "queue-answer-lost": { least: UNTIL_THE_END, begin: atQueue((random) => ({ drop: "after", calls: random.int(1, 3) })) },

  "webhook-twice": { least: UNTIL_THE_END, begin: webhooks("duplicate") },
  "webhook-late": { least: UNTIL_THE_END, begin: webhooks("delay") },
  "webhook-lost": { least: UNTIL_THE_END, begin: webhooks("lose") },
  "webhook-reordered": { least: UNTIL_THE_END, begin: webhooks("reorder") },
  "webhook-forged": { begin: at((world, random) => forgeWebhook(world, random.pick(VENDORS))) },

  "provider-down": { cards: 2, least: 3, begin: provider(() => ({ status: 500, calls: ALWAYS, body: OUT_OF_ORDER })) },
  "provider-cut": { least: UNTIL_THE_END, begin: provider((random) => ({ drop: "before", calls: random.int(1, 6) })) },
  "provider-slow": { least: UNTIL_THE_END, begin: provider((random) => ({ delayMs: 1000, calls: random.int(1, 4) })) },
  "provider-answer-lost": { cards: 2, least: UNTIL_THE_END, begin: provider((random) => ({ drop: "after", calls: random.int(1, 4) })) },
  "stripe-done-and-failing": { least: UNTIL_THE_END, begin: atStripe("/v1/", { status: 500, executed: true, calls: 3, body: OUT_OF_ORDER }) },
  "capture-failing": { least: UNTIL_THE_END, begin: atStripe("/capture", { status: 500, calls: 4, body: OUT_OF_ORDER }) },
  "capture-refused": {
    least: UNTIL_THE_END,
    begin: atStripe("/capture", { status: 402, calls: 3, body: { error: { type: "card_error", code: "card_declined", message: "Your card was declined." } } }),
  },
  "capture-answer-lost": { least: UNTIL_THE_END, begin: atStripe("/capture", { drop: "after", calls: 3 }) },
  "refund-failing": { least: UNTIL_THE_END, begin: atStripe("/v1/refunds", { status: 502, calls: 5 }) },
  "refund-answer-lost": { least: UNTIL_THE_END, begin: atStripe("/v1/refunds", { drop: "after", calls: 3 }) },

  "mail-down": { least: 8, begin: atMail(() => ({ status: 500, calls: ALWAYS })) },
  "mail-busy": { least: UNTIL_THE_END, begin: atMail((random) => ({ status: 429, headers: { "retry-after": "2" }, calls: random.int(1, 4) })) },
  "mail-answer-lost": { least: UNTIL_THE_END, begin: atMail((random) => ({ drop: "after", calls: random.int(1, 3) })) },
  "mail-done-and-failing": { least: UNTIL_THE_END, begin: atMail((random) => ({ status: 500, executed: true, calls: random.int(1, 3) })) },
  "text-answer-lost": { least: UNTIL_THE_END, begin: ({ cloud }, random, met) => failing(cloud.servers.twilio, { drop: "after", calls: random.int(1, 3) }, met) },
} satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

/** Something that happens at once, and is met by its nature. */
function at(happens: (world: World, random: Random) => Promise<void>): Fault["begin"] {
  return async (world, random, met) => {
    met();
    await happens(world, random);
  };
}

/** Met by each request, so somebody looks around right away. */
function redisIs(mood: RedisMood): Fault["begin"] {
  return async (world, random, met) => {
    const end = await world.redis.be(mood, met);
    await lookAround(world, random);
    return end;
  };
}

/** Nobody is there to count who comes, but each app counts where it was not let in. */
async function refuseRedis(world: World, random: Random, met: Met): Promise<End> {
  const before = await failedCalls(world);
  const end = await world.redis.be("refused");
  await lookAround(world, random);
  return async () => {
    const after = await failedCalls(world);
    met(after.reduce<number>((sum, failed, index) => sum + Math.max(0, (failed ?? 0) - (before[index] ?? failed ?? 0)), 0));
    await end();
  };
}

/** What each app says of its calls to Redis that failed; undefined where it says nothing now. */
function failedCalls({ apps }: World): Promise<(number | undefined)[]> {
  return Promise.all(
    apps.map(async ({ url }) => {
      const page = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) })
        .then((answer) => answer.text())
        .catch(() => "");
      return page === "" ? undefined : Number(/redis_failures_total\{kind="call"\} (\d+)/.exec(page)?.[1] ?? 0);
    }),
  );
}

/** Met where somebody else has the lock, so some guests want the same rooms right away: by turns at each process. */
async function lieAboutLocks(world: World, random: Random, met: Met): Promise<End> {
  const end = await world.redis.be("lying", met);
  await rushForFree(world, random, `s${world.seed}-lie${random.int(0, 999_999)}`);
  return end;
}

/** Postgres answers, but late. Somebody looks around right away. */
async function slowPostgres(world: World, random: Random, met: Met): Promise<End> {
  const end = world.postgres.slow(random.int(20, 150), () => met());
  await lookAround(world, random);
  return end;
}

/** For a moment, longer than most of us wait, it says nothing; somebody looks around just then. */
async function hangPostgres(world: World, random: Random, met: Met): Promise<void> {
  const end = world.postgres.slow(60_000, () => met());
  const looking = lookAround(world, random);
  await wait(random.int(1500, 5000));
  end();
  await looking;
}

/** The server behind everything, past all that may be in its way. */
async function atRedis<T>({ services }: World, work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
  const redis = new Redis(services.redisUrl, { maxRetriesPerRequest: 3 });
  redis.on("error", () => undefined);
  return work(redis)
    .catch(() => undefined)
    .finally(() => redis.disconnect());
}

/** Met by every key that it loses. */
async function emptyRedis(world: World, _: Random, met: Met): Promise<void> {
  met((await atRedis(world, (redis) => redis.dbsize())) ?? 0);
  await world.services.emptyRedis();
}

/** Out of memory: every write is refused, and met by each. */
async function fillRedis(world: World, random: Random, met: Met): Promise<End> {
  await atRedis(world, async (redis) => {
    await redis.config("RESETSTAT");
    await redis.config("SET", "maxmemory", 1);
  });
  await lookAround(world, random);
  return () =>
    atRedis(world, async (redis) => {
      met(Number(/errorstat_OOM:count=(\d+)/.exec(await redis.info("errorstats"))?.[1] ?? 0));
      await redis.config("SET", "maxmemory", 0);
    });
}

/** Its milliseconds are its name as well, so that its end can tell how many of its calls are left. */
function deliveries(mode: "twice" | "lost" | "delay"): Fault["begin"] {
  return async ({ cloud }, random, met) => {
    const url = `${cloud.servers.qstash!.url}/_control/deliveries`;
    const fault = { mode, calls: random.int(1, 6), ms: random.int(500, 300_000) };
    await post(url, fault);
    return async () => {
      const left = await again(() => leftOf(url));
      met(fault.calls - (left.find(({ ms }) => ms === fault.ms)?.calls ?? 0));
    };
  };
}

/** The queue says it with what waits in Postgres, which may be away. */
async function leftOf(url: string): Promise<{ calls: number; ms: number }[]> {
  const { deliveryFaults } = (await (await fetch(url)).json()) as { deliveryFaults?: { calls: number; ms: number }[] };
  if (!deliveryFaults) throw new Error("the queue did not say what is left");
  return deliveryFaults;
}

/** Met by each message that was due before it went on. */
function stopQueue({ cloud, database }: World, _: Random, met: Met): End {
  cloud.servers.qstash!.pause();
  return async () => {
    const due = `select count(*)::int as n from local_qstash.messages where not running and due_at <= ${cloud.clock.now()}`;
    met((await database.db.execute<{ n: number }>(due).catch(() => []))[0]?.n ?? 0);
    cloud.servers.qstash!.resume();
  };
}

/** A vendor has one such fault at a time: the next takes the place of the last, and hears how many calls that had left. */
function webhooks(mode: WebhookFault["mode"]): Fault["begin"] {
  return async (world, random, met) => {
    const vendor = random.pick(VENDORS);
    const calls = random.int(1, 5);
    await settleWebhooks(world, vendor, { mode, calls, delayMs: 5 * 60_000 });
    const own = (left: number): void => met(calls - left);
    world.webhookFaults.set(vendor, own);
    return async () => {
      if (world.webhookFaults.get(vendor) === own) await settleWebhooks(world, vendor);
    };
  };
}

/** A webhook that comes without delay takes the place of whatever was still to go wrong. */
async function settleWebhooks(world: World, vendor: Vendor, next: object = { mode: "delay", calls: 1, delayMs: 0 }): Promise<void> {
  const { left } = await post<{ left?: number }>(`${world.cloud.servers[vendor]!.url}/_test/webhooks`, next);
  world.webhookFaults.get(vendor)?.(left ?? 0);
  world.webhookFaults.delete(vendor);
}

function provider(fault: (random: Random) => FaultInput): Fault["begin"] {
  return ({ cloud }, random, met) => {
    const vendor = random.pick(VENDORS);
    return failing(cloud.servers[vendor], { path: API[vendor], ...fault(random) }, met);
  };
}

function atStripe(path: string, fault: FaultInput): Fault["begin"] {
  return ({ cloud }, _, met) => failing(cloud.servers.stripe, { path, ...fault }, met);
}

function atQueue(fault: (random: Random) => FaultInput): Fault["begin"] {
  return ({ cloud }, random, met) => failing(cloud.servers.qstash, fault(random), met);
}

function atMail(fault: (random: Random) => FaultInput): Fault["begin"] {
  return ({ cloud }, random, met) => failing(cloud.servers.resend, { path: "/emails", ...fault(random) }, met);
}

function failing(server: { faults: FaultSwitch } | undefined, fault: FaultInput, met: Met): End {
  return server!.faults.add(fault, () => met());
}

async function post<T>(url: string, body: object): Promise<T> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return (await answer.json()) as T;
}

/** Takes back whatever is still wrong outside the app. */
export async function endAllFaults(world: World): Promise<void> {
  const { cloud, redis } = world;
  await redis.recover();
  for (const server of Object.values(cloud.servers)) server?.faults.clear();
  await fetch(`${cloud.servers.qstash!.url}/_control/deliveries`, { method: "DELETE" });
  cloud.servers.qstash!.resume();
  for (const vendor of VENDORS) await settleWebhooks(world, vendor);
}
