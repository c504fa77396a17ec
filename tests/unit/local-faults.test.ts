import { afterEach, expect, test } from "vitest";
import { createFaults } from "../../local/kit/faults.ts";
import { serve, type RunningServer } from "../../local/kit/serve.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

test("a fault is taken away alone, and tells of each call that it hit", () => {
  const faults = createFaults();
  const hits: string[] = [];
  const first = faults.add({ path: "/a", calls: 9 }, () => void hits.push("first"));
  faults.add({ calls: 2, status: 500 }, () => void hits.push("second"));
  expect(faults.take("/a")?.status).toBeUndefined();
  first();
  first();
  expect(faults.list()).toHaveLength(1);
  expect([faults.take("/a")?.status, faults.take("/b")?.status, faults.take("/b")?.status]).toEqual([500, 500, undefined]);
  expect(hits).toEqual(["first", "second", "second"]);
});

test("a stand-in that fails has done nothing, or everything where its answer alone is wrong", async () => {
  let done = 0;
  server = await serve(() => ({ status: 201, body: { done: (done += 1) } }));
  const call = async (): Promise<unknown[]> => {
    const answer = await fetch(server!.url);
    return [answer.status, await answer.json(), done];
  };
  server.faults.add({ status: 503 });
  server.faults.add({ status: 502, executed: true, body: { error: "bad gateway" } });
  expect(await call()).toEqual([503, { error: "injected fault" }, 0]);
  expect(await call()).toEqual([502, { error: "bad gateway" }, 1]);
  expect(await call()).toEqual([201, { done: 2 }, 2]);
});
