import { createFaults, type FaultSwitch } from "../../local/kit/faults.ts";
import { serve, type RawRequest, type Reply, type RunningServer } from "../../local/kit/serve.ts";

/** What the app finds where its Redis should be. */
export type RedisMood = "refused" | "hung" | "slow" | "lying" | "password" | "broken";

export interface RedisGate {
  url: string;
  faults: FaultSwitch;
  /**
   * A mood that covers those before it until it is ended.
   * @param met told of each request that met it; of no refused one, since nobody is there to count
   * @returns what ends it
   */
  be(mood: RedisMood, met?: (times: number) => void): Promise<() => Promise<void>>;
  /** Ends every mood and fault. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

const SLOW_MS = 2000;
const STEP_MS = 100;

/** Stands between the app and the Redis gateway, and plays its faults. */
export async function openRedisGate(gateway: string): Promise<RedisGate> {
  const faults = createFaults();
  let moods: { name: RedisMood; met?: (times: number) => void }[] = [];
  const forward = async (request: RawRequest, authorization = request.headers["authorization"] ?? ""): Promise<Reply> => {
    const answer = await fetch(`${gateway}${request.target}`, {
      method: request.method,
      headers: { ...pick(request.headers, ["content-type", "upstash-encoding"]), authorization },
      ...(request.body.length > 0 && { body: new Uint8Array(request.body) }),
    });
    return { status: answer.status, headers: { "content-type": "application/json" }, body: await answer.text() };
  };
  const answer = async (request: RawRequest): Promise<Reply> => {
    const { name, met } = moods.at(-1) ?? {};
    if (name !== "lying") met?.(1);
    if (name === "hung") return { stream: () => {} };
    if (name === "broken") return { status: 500, body: "<html>Internal Server Error</html>" };
    if (name === "password") return forward(request, "Bearer of-another-database");
    if (name === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const reply = await forward(request);
    if (name !== "lying") return reply;
    // In step, so that whoever is lied to begins at the same moment as the lock's owner.
    await new Promise((resolve) => setTimeout(resolve, STEP_MS - (Date.now() % STEP_MS)));
    const { body, lies } = lie(request.path, JSON.parse(request.body.toString()), JSON.parse(String(reply.body)));
    met?.(lies);
    return { ...reply, body: JSON.stringify(body) };
  };
  let server: RunningServer | undefined = await serve(answer, { faults });
  const { url, port } = server;
  // Closing and opening take a moment each: one at a time.
  let turn = Promise.resolve();
  const turnTo = (next: typeof moods): Promise<void> => {
    moods = next;
    return (turn = turn.then(async () => {
      if (moods.at(-1)?.name === "refused") {
        const old = server;
        server = undefined;
        await old?.close();
      } else server ??= await serve(answer, { port, faults });
    }));
  };
  return {
    url,
    faults,
    async be(name, met) {
      const mood = { name, met };
      await turnTo([...moods, mood]);
      return () => turnTo(moods.filter((one) => one !== mood));
    },
    recover() {
      faults.clear();
      return turnTo([]);
    },
    async close() {
      await turn;
      await server?.close();
    },
  };
}

/** Every lock that was asked for is granted, whoever has it. The script answers a number for each stay. */
function lie(path: string, asked: unknown[], said: unknown): { body: unknown; lies: number } {
  const many = path === "/pipeline";
  const commands = (many ? asked : [asked]) as unknown[][];
  let lies = 0;
  const results = ((many ? said : [said]) as { result?: unknown }[]).map((answer, index) => {
    if (!asksForLock(commands[index]) || !Array.isArray(answer.result)) return answer;
    lies += answer.result.filter((one) => one !== 1).length;
    return { result: answer.result.map(() => 1) };
  });
  return { body: many ? results : results[0], lies };
}

function asksForLock(command: unknown[] | undefined): boolean {
  return /^eval/i.test(String(command?.[0])) && String(command?.[3]).startsWith("lock:");
}

function pick(headers: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
