import { Agent, request } from "node:http";

// The load generator: closed loops over kept-alive connections, as little work as can be on our side.

export interface Answer {
  body: string;
}

export interface Load {
  /** A tRPC query, by GET. @throws unless the answer is 200 */
  query(path: string, input?: object, cookie?: string): Promise<Answer>;
  /** A tRPC mutation. @throws unless the answer is 200 */
  mutate(path: string, input: object, cookie?: string): Promise<Answer>;
  /** Any other page. */
  get(path: string): Promise<Answer>;
  close(): void;
}

export function openLoad(base: string): Load {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(base);
  const send = (method: string, path: string, body?: string, cookie?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body), "x-forwarded-for": anyAddress() }),
        ...(cookie && { cookie }),
      };
      const call = request({ agent, hostname, port, method, path, headers, timeout: 30_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve({ body: text });
          else reject(new Error(`${method} ${path.slice(0, 60)} answered ${response.statusCode}: ${text.slice(0, 300)}`));
        });
      });
      call.once("timeout", () => call.destroy(new Error(`${method} ${path.slice(0, 60)}: no answer in 30 s`)));
      // The server had just closed an idle connection: the call never reached it.
      call.once("error", (error: NodeJS.ErrnoException) => (call.reusedSocket && error.code === "ECONNRESET" ? resolve(send(method, path, body, cookie)) : reject(error)));
      call.end(body);
    });
  return {
    query: (path, input, cookie) => send("GET", `/trpc/${path}${input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ""}`, undefined, cookie),
    mutate: (path, input, cookie) => send("POST", `/trpc/${path}`, JSON.stringify(input), cookie),
    get: (path) => send("GET", path),
    close: () => agent.destroy(),
  };
}

/** Guests come from everywhere: each mutation is sent by a network of its own, as a proxy in front would tell it. */
function anyAddress(): string {
  const part = (): number => Math.floor(Math.random() * 256);
  return `10.${part()}.${part()}.1`;
}

export interface Timing {
  count: number;
  perSecond: number;
  /** Milliseconds, one a call. */
  latencies: number[];
}

/**
 * Calls `work` at most `count` times (and for at most `seconds`), always `connections` at once.
 * Rejects with the first failure: a figure of failed calls means nothing.
 */
export async function repeat(count: number, connections: number, work: (index: number) => Promise<unknown>, seconds = Infinity): Promise<Timing> {
  const latencies: number[] = [];
  const from = performance.now();
  let next = 0;
  async function connection(): Promise<void> {
    while (next < count && performance.now() - from < seconds * 1000) {
      const started = performance.now();
      await work(next++);
      latencies.push(performance.now() - started);
    }
  }
  await Promise.all(Array.from({ length: connections }, connection));
  return { count: latencies.length, perSecond: latencies.length / ((performance.now() - from) / 1000), latencies };
}
