import { expect, test, vi } from "vitest";
import { remembered } from "../../server/platform/memo.ts";

test("what was asked before is not worked out again", () => {
  const work = vi.fn((text: string, times: number) => text.repeat(times));
  const repeat = remembered(work);
  for (const text of ["a", "b", "a", "a", "b"]) expect(repeat(text, 2)).toBe(text + text);
  expect(repeat("a", 3)).toBe("aaa");
  expect(work).toHaveBeenCalledTimes(3);
});

test("a memory of long texts starts anew before it has grown large", () => {
  const work = vi.fn((text: string) => text.length);
  const length = remembered(work);
  length("a");
  // Each as long as a whole header may be.
  for (let i = 0; i < 400; i += 1) length(String(i).padEnd(16_000, "x"));
  work.mockClear();
  length("a");
  expect(work).toHaveBeenCalledTimes(1);
});
