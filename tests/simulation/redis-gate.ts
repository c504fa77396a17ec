import { serve, type RawRequest, type Reply, type RunningServer } from "../../local/kit/serve.ts";

/** What the app finds where its Redis should be. */
export type RedisMood = "well" | "refused" | "hung" | "slow" | "lying" | "password" | "broken";

export interface RedisGate {
  url: string;
  be(mood: RedisMood): Promise<void>;
  close(): Promise<void>;
}

const SLOW_MS = 2000;

/** Stands between the app and the Redis gateway, and plays its faults. */
export async function openRedisGate(gateway: string): Promise<RedisGate> {
  let mood: RedisMood = "well";
  const forward = async (request: RawRequest, authorization = request.headers["authorization"] ?? ""): Promise<Reply> => {
    const answer = await fetch(`${gateway}${request.target}`, {
      method: request.method,
      headers: { ...pick(request.headers, ["content-type", "upstash-encoding"]), authorization },
      ...(request.body.length > 0 && { body: new Uint8Array(request.body) }),
    });
    return { status: answer.status, headers: { "content-type": "application/json" }, body: await answer.text() };
  };
  const answer = async (request: RawRequest): Promise<Reply> => {
    if (mood === "hung") return { stream: () => {} };
    if (mood === "broken") return { status: 500, body: "<html>Internal Server Error</html>" };
    if (mood === "password") return forward(request, "Bearer of-another-database");
    if (mood === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const reply = await forward(request);
    return mood === "lying" ? lie(request, reply) : reply;
  };
  let server: RunningServer | undefined = await serve(answer);
  const { url, port } = server;
  return {
    url,
    async be(next) {
      mood = next;
      if (next === "refused") {
        const old = server;
        server = undefined;
        await old?.close();
      } else server ??= await serve(answer, { port });
    },
    close: async () => server?.close(),
  };
}

/** Every lock that was asked for is granted, whoever has it. */
function lie(request: RawRequest, reply: Reply): Reply {
  const asked = JSON.parse(request.body.toString()) as unknown[];
  const said = JSON.parse(String(reply.body)) as unknown;
  const many = request.path === "/pipeline";
  const commands = (many ? asked : [asked]) as unknown[][];
  const results = (many ? said : [said]) as { result?: unknown }[];
  const lies = results.map((result, index) => (asksForLock(commands[index]) && result.result === 0 ? { result: 1 } : result));
  return { ...reply, body: JSON.stringify(many ? lies : lies[0]) };
}

function asksForLock(command: unknown[] | undefined): boolean {
  return /^eval/i.test(String(command?.[0])) && String(command?.[3]).startsWith("lock:");
}

function pick(headers: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
