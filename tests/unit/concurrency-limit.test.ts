import { expect, test } from "vitest";
import { concurrencyLimit } from "../../server/platform/concurrency-limit.ts";

test("so many run at a time, the others in their order, and a failure hands its place on", async () => {
  const inTurn = concurrencyLimit(2);
  const started: number[] = [];
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const works = gates.map((gate, index) =>
    inTurn(() => {
      started.push(index);
      return gate.promise;
    }),
  );
  expect(started).toEqual([0, 1]);
  gates[1]!.reject(new Error("lost"));
  await expect(works[1]).rejects.toThrow("lost");
  expect(started).toEqual([0, 1, 2]);
  gates[0]!.resolve(0);
  gates[2]!.resolve(2);
  expect(await Promise.all([works[0], works[2]])).toEqual([0, 2]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
  gates[3]!.resolve(3);
  gates[4]!.resolve(4);
  expect(await Promise.all([works[3], works[4]])).toEqual([3, 4]);
  // All places are free again.
  const late = [inTurn(async () => "a"), inTurn(async () => "b")];
  expect(await Promise.all(late)).toEqual(["a", "b"]);
});
