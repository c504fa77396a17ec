import { afterEach, beforeEach, expect, vi } from "vitest";

// Unexpected console output fails a test: what nobody reads in a test is what nobody reads in production.

const METHODS = ["log", "info", "warn", "error", "debug"] as const;
let said: string[] = [];

beforeEach(() => {
  said = [];
  for (const method of METHODS) vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void said.push(`console.${method}: ${args.map(String).join(" ")}`));
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(said, "unexpected console output").toEqual([]);
});

/** Takes what was said so far: for a test that expects it. */
export function takeConsole(): string[] {
  const taken = said;
  said = [];
  return taken;
}
