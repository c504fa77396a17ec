import { expect, test } from "vitest";
import { FAULTS, type FaultName } from "../simulation/faults.ts";
import { OPERATIONS } from "../simulation/operations.ts";
import { planOf } from "../simulation/plan.ts";
import { randomOf } from "../simulation/random.ts";

const ALL = Object.keys(FAULTS) as FaultName[];

test("a seed decides the whole plan, and another seed another", () => {
  expect(planOf(7, 150, ALL)).toEqual(planOf(7, 150, ALL));
  expect(planOf(7, 150, ALL)).not.toEqual(planOf(8, 150, ALL));
});

test("a plan has so many operations, each with a place of its own, and only the faults that it may have", () => {
  const plan = planOf(3, 150, ["app-killed", "redis-hung"]);
  expect(plan.flatMap(({ steps }) => steps.map(({ index }) => index))).toEqual(Array.from({ length: 150 }, (_, index) => index));
  expect(new Set(plan.flatMap(({ fault }) => (fault ? [fault.name] : [])))).toEqual(new Set(["app-killed", "redis-hung"]));
  expect(planOf(3, 150, []).filter(({ fault }) => fault)).toEqual([]);
});

test("enough seeds draw every operation and every fault", () => {
  const plans = Array.from({ length: 40 }, (_, seed) => planOf(seed + 1, 150, ALL)).flat();
  expect(new Set(plans.flatMap(({ steps }) => steps.map(({ operation }) => operation)))).toEqual(new Set(Object.keys(OPERATIONS)));
  expect(new Set(plans.flatMap(({ fault }) => (fault ? [fault.name] : [])))).toEqual(new Set(ALL));
});

test("the eight seeds of npm test begin every fault at least twice", () => {
  const begun = Array.from({ length: 8 }, (_, seed) => planOf(seed + 1, 150, ALL).flatMap(({ fault }) => (fault ? [fault.name] : []))).flat();
  const tooSeldom = ALL.filter((name) => begun.filter((one) => one === name).length < 2);
  expect(tooSeldom).toEqual([]);
});

test("draws keep to their bounds and weights", () => {
  const random = randomOf(1);
  const draws = Array.from({ length: 10_000 }, () => random.weighted({ often: 9, seldom: 1, never: 0 }));
  expect(draws.filter((one) => one === "often").length / draws.length).toBeCloseTo(0.9, 1);
  expect(draws).not.toContain("never");
  const numbers = Array.from({ length: 1000 }, () => random.int(2, 4));
  expect(new Set(numbers)).toEqual(new Set([2, 3, 4]));
});
