import { z } from "zod";
import type { RawRequest, Reply } from "../kit/serve.ts";
import type { QueueContext } from "./context.ts";
import { checkName, parseJson } from "./input.ts";
import { Refused, type Message } from "./model.ts";
import { refuseWorkflow } from "./headers.ts";
import { readMessage } from "./read-message.ts";
import { refuseExtras } from "./select.ts";
import { findTopic } from "./topics.ts";

interface PublishRequest {
  /** A URL, or a URL group's name. */
  destination: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  queue?: string;
  callerIp: string;
  scheduleId?: string;
  /** Replaces the request's own deduplication. */
  deduplication?: string;
}

interface Published {
  messageId: string;
  url?: string;
  deduplicated?: true;
}

/** Stores a message for each endpoint and sends what is due. @returns one reply for a URL, a list for a group */
export async function publish(context: QueueContext, request: PublishRequest): Promise<Published | Published[]> {
  const messages = await toMessages(context, request);
  const replies = await Promise.all(
    messages.map(async (message) => {
      const { messageId, deduplicated } = await context.insert(message);
      const url = message.topic === undefined ? {} : { url: message.url };
      return { messageId, ...url, ...(deduplicated ? { deduplicated } : {}) } as Published;
    }),
  );
  context.dispatcher.wake();
  const [first] = replies;
  return messages[0]?.topic === undefined && first ? first : replies;
}

/** A URL group's name has no colon, a URL has one. */
export function isGroupName(destination: string): boolean {
  return /^[\w.-]+$/.test(destination);
}

async function toMessages(context: QueueContext, request: PublishRequest): Promise<Message[]> {
  const { destination, scheduleId } = request;
  const read = (url: string): Message => {
    const message = { ...readMessage({ ...request, url, now: context.clock.now() }), scheduleId };
    return request.deduplication === undefined ? message : { ...message, deduplication: request.deduplication };
  };
  if (isGroupName(destination)) {
    const topic = await findTopic(context.sql, destination);
    if (topic) {
      return topic.endpoints.map(({ url, name }) => {
        const message = read(url);
        // Each endpoint of a group has its own copy, and so its own deduplication.
        const deduplication = message.deduplication && `${message.deduplication} ${url}`;
        return { ...message, deduplication, topic: topic.name, endpoint: name };
      });
    }
  }
  return [read(destination)];
}

/** `POST /v2/publish/{destination}` and `/v2/enqueue/{queue}/{destination}`: the destination is raw, query included. */
export async function publishRoute(context: QueueContext, request: RawRequest, destination: string, queue?: string): Promise<Reply> {
  if (queue !== undefined) checkName(queue, "queue");
  const published = await publish(context, {
    destination,
    headers: request.headers,
    body: request.body,
    queue,
    callerIp: "127.0.0.1",
  });
  const duplicate = !Array.isArray(published) && published.deduplicated;
  return { status: duplicate ? 202 : 200, body: published };
}

const batchSchema = z.array(
  z.strictObject({
    destination: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().nullish(),
    queue: z.string().optional(),
  }),
);

/** `POST /v2/batch`: each item's reply in order; a bad item is an error in its place. */
export async function batchRoute(context: QueueContext, request: RawRequest): Promise<Reply> {
  refuseExtras({ ...request, body: Buffer.alloc(0) });
  const items = batchSchema.safeParse(parseJson(request.body));
  if (!items.success) throw new Refused(400, "a batch is an array of { destination, headers?, body?, queue? }");
  // Its client takes an answered batch for a run begun.
  for (const { headers } of items.data) refuseWorkflow(Object.keys(headers));
  const replies = await Promise.all(
    items.data.map(async ({ destination, headers, body, queue }) => {
      try {
        if (queue !== undefined) checkName(queue, "queue");
        const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
        return await publish(context, {
          destination,
          headers: Object.fromEntries(lower),
          body: Buffer.from(body ?? ""),
          queue,
          callerIp: "127.0.0.1",
        });
      } catch (error) {
        if (error instanceof Refused) return { error: error.message };
        throw error;
      }
    }),
  );
  return { body: replies };
}
