import { expect, test, vi } from "vitest";
import { createBreaker, OpenCircuitError } from "../../server/platform/breaker.ts";

const fails = () => Promise.reject(new Error("down"));

test("a circuit opens after its failures in a row, rests, lets one call probe, and closes by its success", async () => {
  const changes: boolean[] = [];
  const breaker = createBreaker({ failures: 2, restMs: 2000, onChange: (open) => changes.push(open) });
  const now = vi.spyOn(Date, "now").mockReturnValue(0);
  await expect(breaker.run(fails)).rejects.toThrow("down");
  await breaker.run(() => Promise.resolve());
  await expect(breaker.run(fails)).rejects.toThrow("down");
  expect(breaker.isOpen()).toBe(false);
  await expect(breaker.run(fails)).rejects.toThrow("down");
  expect(breaker.isOpen()).toBe(true);

  const work = vi.fn(() => Promise.resolve("up"));
  now.mockReturnValue(1999);
  await expect(breaker.run(work)).rejects.toThrow(OpenCircuitError);
  now.mockReturnValue(2000);
  // The probe's failure makes it rest again.
  await expect(breaker.run(fails)).rejects.toThrow("down");
  now.mockReturnValue(3999);
  await expect(breaker.run(work)).rejects.toThrow(OpenCircuitError);
  expect(work).not.toHaveBeenCalled();

  now.mockReturnValue(4000);
  const probe = breaker.run(work);
  await expect(breaker.run(work)).rejects.toThrow(OpenCircuitError);
  expect(await probe).toBe("up");
  expect(breaker.isOpen()).toBe(false);
  expect(changes).toEqual([true, false]);
});
