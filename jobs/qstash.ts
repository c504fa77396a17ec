import { Client, Receiver } from "@upstash/qstash";
import type { Config } from "../server/platform/config.ts";
import type { Job, Message } from "./define.ts";
import { withinLimit } from "./limit.ts";

/** The burst: three retries at 1, 2 and 4 s, times a factor drawn here, so that a crowd doesn't return at once. */
const RETRIES = 3;
function retryDelay(): string {
  return `pow(2, retried) * ${Math.round(1000 * (0.75 + Math.random() / 2))}`;
}

const clients = new WeakMap<Config, Client>();

/** The queue's client; undefined when no queue is configured. */
export function queueOf(config: Config): Client | undefined {
  if (!config.QSTASH_URL || !config.QSTASH_TOKEN) return undefined;
  let client = clients.get(config);
  if (!client) {
    client = new Client({ baseUrl: config.QSTASH_URL, token: config.QSTASH_TOKEN, devMode: false, retry: false, enableTelemetry: false });
    clients.set(config, client);
  }
  return client;
}

export interface Outgoing {
  job: Job;
  message: Message;
  /** 0 for the first publishing, then one for each replay of its dead letter. */
  replay: number;
}

/** The queue's client knows no time limit. Below the relay's lease of 30 s. */
const PUBLISH_MS = 10_000;

/**
 * Publishes in one call. The queue drops a repetition of the same outbox row, job and replay.
 * @throws Error when it didn't take them all, or didn't say so within `limitMs`: to be published again
 */
export async function publish(config: Config, client: Client, outgoing: readonly Outgoing[], limitMs = PUBLISH_MS): Promise<void> {
  if (outgoing.length === 0) return;
  const batch = client.batchJSON(
    outgoing.map(({ job, message, replay }) => {
      // A payload that the job can't read goes out at once: its endpoint says so, and a person hears of it.
      const input = job.input.safeParse(message.payload);
      const at = replay === 0 && input.success ? job.at?.(input.data) : undefined;
      return {
        url: `${config.PUBLIC_URL}/jobs/${job.name}`,
        body: message,
        retries: RETRIES,
        retryDelay: retryDelay(),
        timeout: 30,
        deduplicationId: `${message.outboxId}-${job.name}-${replay}`,
        failureCallback: `${config.PUBLIC_URL}/jobs/dead-letter`,
        ...(at && { notBefore: Math.ceil(at.getTime() / 1000) }),
      };
    }),
  );
  // A batch is answered with 200 though some of it was turned away: its answer then lacks an id.
  const turnedAway = (await withinLimit(batch, limitMs)).filter((reply) => !("messageId" in reply));
  if (turnedAway.length > 0) throw new Error(`the queue turned ${turnedAway.length} of ${outgoing.length} messages away`);
}

/**
 * Whether QStash signed this body for this URL. Checked in every environment.
 * The signature names the URL, so one made for another endpoint is not good here.
 */
export async function isSigned(config: Config, path: string, body: string, signature: string | null): Promise<boolean> {
  const { QSTASH_CURRENT_SIGNING_KEY: currentSigningKey, QSTASH_NEXT_SIGNING_KEY: nextSigningKey } = config;
  if (!signature || !currentSigningKey || !nextSigningKey) return false;
  try {
    return await new Receiver({ currentSigningKey, nextSigningKey }).verify({ signature, body, url: `${config.PUBLIC_URL}${path}`, clockTolerance: 5 });
  } catch {
    return false;
  }
}
