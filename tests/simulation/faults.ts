import { Redis } from "ioredis";
import type { FaultInput } from "../../local/kit/faults.ts";
import type { WebhookFault } from "../../local/kit/webhooks.ts";
import { forgeWebhook } from "./forged.ts";
import type { Random } from "./random.ts";
import type { RedisMood } from "./redis-gate.ts";
import type { World } from "./world.ts";

/** Ends a fault that lasts. */
type End = () => Promise<void> | void;

interface Fault {
  /** How often, beside the others. */
  weight: number;
  begin: (world: World, random: Random) => Promise<End | void> | End | void;
}

/** Until it is ended. */
const ALWAYS = 1_000_000;
type Vendor = "stripe" | "midtrans";
const VENDORS: readonly Vendor[] = ["stripe", "midtrans"];
/** The API alone: what the guest does on the page goes on. */
const API: Record<Vendor, string> = { stripe: "/v1/", midtrans: "/v2/" };

/** As both say it of themselves; what a proxy in front of them says has other words. */
const OUT_OF_ORDER = { status_code: "500", error: { type: "api_error", message: "Something went wrong on our end." } };

/** Everything that may go wrong, by name. */
export const FAULTS = {
  "app-killed": { weight: 14, begin: ({ apps }, random) => random.pick(apps).process.crash(random.int(0, 400)) },
  "app-frozen": { weight: 1, begin: ({ apps }, random) => random.pick(apps).process.freeze(random.int(500, 4000)) },
  "postgres-crashed": { weight: 7, begin: ({ services }) => services.crashPostgres() },

  "redis-refused": { weight: 3, begin: redisIs("refused") },
  "redis-hung": { weight: 3, begin: redisIs("hung") },
  "redis-slow": { weight: 2, begin: redisIs("slow") },
  "redis-emptied": { weight: 3, begin: ({ services }) => services.emptyRedis() },
  "redis-lying": { weight: 4, begin: redisIs("lying") },
  "redis-full": { weight: 3, begin: fillRedis },
  "redis-password": { weight: 2, begin: redisIs("password") },
  "redis-broken": { weight: 2, begin: redisIs("broken") },

  "queue-twice": { weight: 4, begin: deliveries("twice") },
  "queue-late": { weight: 4, begin: deliveries("delay") },
  "queue-lost": { weight: 4, begin: deliveries("lost") },
  "queue-stopped": { weight: 3, begin: stopQueue },
  "queue-refusing": { weight: 3, begin: ({ cloud }) => failing(cloud.servers.qstash, { status: 503, calls: ALWAYS }) },
  "queue-answer-lost": { weight: 3, begin: ({ cloud }, random) => failing(cloud.servers.qstash, { drop: "after", calls: random.int(1, 3) }) },

  "webhook-twice": { weight: 4, begin: webhooks("duplicate") },
  "webhook-late": { weight: 4, begin: webhooks("delay") },
  "webhook-lost": { weight: 4, begin: webhooks("lose") },
  "webhook-reordered": { weight: 4, begin: webhooks("reorder") },
  "webhook-forged": { weight: 3, begin: (world, random) => forgeWebhook(world, random.pick(VENDORS)) },

  "provider-down": { weight: 5, begin: provider(() => ({ status: 500, calls: ALWAYS, body: OUT_OF_ORDER })) },
  "provider-cut": { weight: 4, begin: provider((random) => ({ drop: "before", calls: random.int(1, 6) })) },
  "provider-slow": { weight: 2, begin: provider((random) => ({ delayMs: 1000, calls: random.int(1, 4) })) },
  "provider-answer-lost": { weight: 7, begin: provider((random) => ({ drop: "after", calls: random.int(1, 4) })) },
  "capture-failing": { weight: 4, begin: atStripe("/capture", { status: 500, calls: 4, body: OUT_OF_ORDER }) },
  "capture-refused": {
    weight: 2,
    begin: atStripe("/capture", { status: 402, calls: 3, body: { error: { type: "card_error", code: "card_declined", message: "Your card was declined." } } }),
  },
  "capture-answer-lost": { weight: 3, begin: atStripe("/capture", { drop: "after", calls: 3 }) },
  "refund-failing": { weight: 3, begin: atStripe("/v1/refunds", { status: 502, calls: 5 }) },
  "refund-answer-lost": { weight: 3, begin: atStripe("/v1/refunds", { drop: "after", calls: 3 }) },

  "mail-down": { weight: 3, begin: ({ cloud }) => failing(cloud.servers.resend, { status: 500, path: "/emails", calls: ALWAYS }) },
  "mail-busy": {
    weight: 2,
    begin: ({ cloud }, random) => failing(cloud.servers.resend, { status: 429, path: "/emails", headers: { "retry-after": "2" }, calls: random.int(1, 4) }),
  },
  "mail-answer-lost": { weight: 4, begin: ({ cloud }, random) => failing(cloud.servers.resend, { drop: "after", path: "/emails", calls: random.int(1, 3) }) },
  "text-answer-lost": { weight: 2, begin: ({ cloud }, random) => failing(cloud.servers.twilio, { drop: "after", calls: random.int(1, 3) }) },
} satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

function redisIs(mood: RedisMood): Fault["begin"] {
  return ({ redis }) => redis.be(mood);
}

/** Out of memory: every write is refused. */
async function fillRedis({ services }: World): Promise<End> {
  const limit = async (bytes: number): Promise<void> => {
    const redis = new Redis(services.redisUrl, { maxRetriesPerRequest: 3 });
    redis.on("error", () => undefined);
    await redis.config("SET", "maxmemory", bytes).catch(() => undefined);
    redis.disconnect();
  };
  await limit(1);
  return () => limit(0);
}

function deliveries(mode: "twice" | "lost" | "delay"): Fault["begin"] {
  return async ({ cloud }, random) => {
    await post(`${cloud.servers.qstash!.url}/_control/deliveries`, { mode, calls: random.int(1, 6), ms: random.int(500, 300_000) });
  };
}

function stopQueue({ cloud }: World): End {
  cloud.servers.qstash!.pause();
  return () => cloud.servers.qstash!.resume();
}

function webhooks(mode: WebhookFault["mode"]): Fault["begin"] {
  return async ({ cloud }, random) => {
    await post(`${cloud.servers[random.pick(VENDORS)]!.url}/_test/webhooks`, { mode, calls: random.int(1, 5), delayMs: 5 * 60_000 });
  };
}

function provider(fault: (random: Random) => FaultInput): Fault["begin"] {
  return ({ cloud }, random) => {
    const vendor = random.pick(VENDORS);
    return failing(cloud.servers[vendor], { path: API[vendor], ...fault(random) });
  };
}

function atStripe(path: string, fault: FaultInput): Fault["begin"] {
  return ({ cloud }) => failing(cloud.servers.stripe, { path, ...fault });
}

function failing(server: { faults: { add(fault: FaultInput): void; clear(): void } } | undefined, fault: FaultInput): End {
  server?.faults.add(fault);
  return () => server?.faults.clear();
}

async function post(url: string, body: object): Promise<void> {
  await fetch(url, { method: "POST", body: JSON.stringify(body) });
}

/** Takes back whatever is still wrong outside the app. */
export async function endAllFaults(world: World): Promise<void> {
  const { cloud, redis } = world;
  await redis.recover();
  for (const server of Object.values(cloud.servers)) server?.faults.clear();
  await fetch(`${cloud.servers.qstash!.url}/_control/deliveries`, { method: "DELETE" });
  cloud.servers.qstash!.resume();
  // A webhook that comes without delay takes the place of whatever was still to go wrong.
  for (const vendor of VENDORS) await post(`${cloud.servers[vendor]!.url}/_test/webhooks`, { mode: "delay", calls: 1, delayMs: 0 });
}
