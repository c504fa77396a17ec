import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CloudPorts, type CloudServers, cloudEnv } from "./cloud-env.ts";
import { createClock, type LocalClock } from "./kit/clock.ts";
import { DEMO_KEYS, type Keys } from "./keys.ts";
import { startMidtrans } from "./midtrans/index.ts";
import { startQstash } from "./qstash/index.ts";
import { startResend } from "./resend/index.ts";
import { startStripe } from "./stripe/index.ts";
import { startTwilio } from "./twilio/index.ts";
import { startUpstash } from "./upstash/index.ts";

export interface CloudOptions {
  /** Where the vendors' webhooks go: the app's address. */
  publicUrl: string;
  /** The stand-ins keep their state here; in memory without it. */
  dataDir?: string;
  /** For the queue, which has a schema of its own there. */
  databaseUrl?: string;
  /** For the Redis gateway. */
  redisUrl?: string;
  keys?: Keys;
  /** Only those named are started; 0 takes a free port. All on free ports by default. */
  ports?: CloudPorts;
  /** Mails that are taken per second; the vendor's own rate by default. */
  mailRate?: number | undefined;
  /** Whether faults, clock and deliveries may be meddled with at `/_control/` of the gateway and the queue; by default they may. */
  switches?: boolean;
}

export interface RunningCloud {
  clock: LocalClock;
  servers: CloudServers;
  /** What the app must know to use them: addresses and keys. */
  env: Record<string, string>;
  close(): Promise<void>;
}

const FREE_PORTS: CloudPorts = {
  upstash: 0,
  qstash: 0,
  resend: 0,
  stripe: 0,
  midtrans: 0,
  twilio: 0,
};

/** Starts the stand-ins in this process, all on one clock. The gateway needs `redisUrl`, the queue `databaseUrl`. */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const { keys = DEMO_KEYS, ports = FREE_PORTS, publicUrl, databaseUrl, redisUrl, dataDir, switches, mailRate } = options;
  const clock = openClock(dataDir);
  const servers: CloudServers = {};
  const file = (name: string): string => (dataDir ? join(dataDir, "cloud", `${name}.sqlite`) : ":memory:");
  const close = async (): Promise<void> => {
    for (const server of Object.values(servers).toReversed()) await server?.close();
  };
  try {
    if (ports.upstash !== undefined && redisUrl) {
      const { UPSTASH_REDIS_REST_TOKEN: token } = keys;
      servers.upstash = await startUpstash({ redisUrl, token, port: ports.upstash, clock, switches });
    }
    if (ports.qstash !== undefined && databaseUrl) {
      servers.qstash = await startQstash({
        databaseUrl,
        token: keys.QSTASH_TOKEN,
        currentSigningKey: keys.QSTASH_CURRENT_SIGNING_KEY,
        nextSigningKey: keys.QSTASH_NEXT_SIGNING_KEY,
        port: ports.qstash,
        clock,
        switches,
      });
    }
    if (ports.twilio !== undefined) {
      servers.twilio = await startTwilio({
        accountSid: keys.TWILIO_ACCOUNT_SID,
        authToken: keys.TWILIO_AUTH_TOKEN,
        dataFile: file("twilio"),
        port: ports.twilio,
        clock,
      });
    }
    if (ports.resend !== undefined) {
      servers.resend = await startResend({
        apiKey: keys.RESEND_API_KEY,
        webhookSecret: keys.RESEND_WEBHOOK_SECRET,
        webhookUrl: `${publicUrl}/webhooks/resend`,
        dataFile: file("resend"),
        smsStore: servers.twilio?.store,
        rateLimit: mailRate,
        port: ports.resend,
        clock,
      });
    }
    if (ports.stripe !== undefined) {
      servers.stripe = await startStripe({
        secretKey: keys.STRIPE_SECRET_KEY,
        webhookSecret: keys.STRIPE_WEBHOOK_SECRET,
        webhookUrl: `${publicUrl}/webhooks/stripe`,
        dataFile: file("stripe"),
        port: ports.stripe,
        clock,
      });
    }
    if (ports.midtrans !== undefined) {
      servers.midtrans = await startMidtrans({
        serverKey: keys.MIDTRANS_SERVER_KEY,
        notificationUrl: `${publicUrl}/webhooks/midtrans`,
        dataFile: file("midtrans"),
        port: ports.midtrans,
        clock,
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { clock, servers, env: cloudEnv(servers, keys), close };
}

/** The database keeps its own moved clock, so the stand-ins' must survive a restart too. */
function openClock(dataDir: string | undefined): LocalClock {
  const clock = createClock();
  if (dataDir === undefined) return clock;
  const file = join(dataDir, "clock.json");
  if (existsSync(file)) clock.setOffset(Number(JSON.parse(readFileSync(file, "utf8"))) || 0);
  clock.onMove(() => {
    // Renamed into place, so that a crash leaves the whole file or none.
    writeFileSync(`${file}.new`, JSON.stringify(clock.offsetMs()));
    renameSync(`${file}.new`, file);
  });
  return clock;
}
