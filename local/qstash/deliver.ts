import { randomUUID } from "node:crypto";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as SecureAgent, request as httpsRequest } from "node:https";
import type { DeliveryResult, Message } from "./model.ts";
import { signDelivery } from "./sign.ts";

const DEFAULT_TIMEOUT_MS = 15 * 60_000;
const MAX_RESPONSE = 1024 * 1024;

export interface Courier {
  /** Makes one try, signed anew. Never rejects. */
  deliver(message: Message, signingKey: string): Promise<DeliveryResult>;
  /** Cuts what is on its way, which then ends with an error. */
  close(): void;
}

/** Delivers over kept-alive connections, byte for byte, following no redirect. */
export function createCourier(): Courier {
  const agent = new Agent({ keepAlive: true });
  const secureAgent = new SecureAgent({ keepAlive: true });
  let closed = false;
  return {
    async deliver(message, signingKey) {
      const chosen = isSecure(message.url) ? secureAgent : agent;
      const first = await attempt(message, signingKey, chosen);
      // A kept-alive socket that the endpoint had just closed says nothing about the endpoint.
      return first === "stale" && !closed ? toResult(await attempt(message, signingKey, chosen)) : toResult(first);
    },
    close() {
      closed = true;
      agent.destroy();
      secureAgent.destroy();
    },
  };
}

function toResult(result: DeliveryResult | "stale"): DeliveryResult {
  return result === "stale" ? { error: "connection closed" } : result;
}

function isSecure(url: string): boolean {
  return /^https:/i.test(url);
}

function attempt(message: Message, signingKey: string, agent: Agent | SecureAgent): Promise<DeliveryResult | "stale"> {
  const body = Buffer.from(message.body, "base64");
  const send = isSecure(message.url) ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    try {
      const headers = deliveryHeaders(message, body, signingKey);
      const request = send(message.url, { method: message.method, agent, headers });
      const timer = setTimeout(() => {
        resolve({ error: "timeout" });
        request.destroy();
      }, message.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      const end = (result: DeliveryResult | "stale"): void => {
        clearTimeout(timer);
        resolve(result);
      };
      request.on("error", (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        end(stale ? "stale" : { error: error.message });
      });
      request.on("response", (response) => {
        readAnswer(response).then(end, (error: Error) => end({ error: error.message }));
      });
      request.end(body);
    } catch (error) {
      // A forwarded header or method that HTTP does not allow.
      resolve({ error: (error as Error).message });
    }
  });
}

function deliveryHeaders(message: Message, body: Buffer, signingKey: string): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    ...message.headers,
    "user-agent": "Upstash-QStash",
    "upstash-message-id": message.id,
    "upstash-retried": message.retried,
    "upstash-caller-ip": message.callerIp,
    "upstash-signature": signDelivery({
      key: signingKey,
      url: message.url,
      body,
      issuedAt: Math.floor(Date.now() / 1000),
      id: `jwt_${randomUUID()}`,
    }),
  };
  if (message.scheduleId !== undefined) headers["upstash-schedule-id"] = message.scheduleId;
  if (message.topic !== undefined) headers["upstash-topic-name"] = message.topic;
  if (body.length > 0 || !["GET", "HEAD"].includes(message.method)) headers["content-length"] = body.length;
  return headers;
}

async function readAnswer(response: IncomingMessage): Promise<DeliveryResult> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_RESPONSE) chunks.push(chunk);
  }
  const headers: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(response.headersDistinct)) headers[name] = values ?? [];
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) };
}
