import { z } from "zod";
import { expect, test } from "vitest";
import { defineJob } from "../../jobs/define.ts";
import { EVENTS } from "../../jobs/events.ts";
import { isFollowed } from "../../jobs/registry.ts";

test.each(Object.keys(EVENTS))("a job follows %s", (type) => {
  expect(isFollowed(type)).toBe(true);
});

test("a job that can't read its event, or follows none that is declared, doesn't compile", () => {
  const rest = { name: "x", deadlineMs: 1, handler: async () => {} };
  // @ts-expect-error the event has no such field
  defineJob({ ...rest, on: ["booking.cancelled"], input: z.object({ paymentId: z.uuid() }) });
  // @ts-expect-error the event is not declared
  expect(defineJob({ ...rest, on: ["booking.canceled"], input: z.object({}) }).name).toBe("x");
});
