import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CONFIGURATIONS, type ConfigurationName } from "../simulation/model/configurations.ts";
import { explore } from "../simulation/model/explore.ts";
import { GUARDS, type Guard } from "../simulation/model/guards.ts";

// `npx vitest run --reporter verbose tests/unit/ledger-model.test.ts` prints the notes: how many states there are, and
// the shortest way to each counterexample.

/** A second or two of its own; longer where the machine has other work. */
const LIMIT_MS = 60_000;

describe.each(Object.keys(CONFIGURATIONS) as ConfigurationName[])("%s", (name) => {
  test("every promise is kept in every state that can be reached", { timeout: LIMIT_MS }, async ({ annotate }) => {
    const { states, broken } = explore(CONFIGURATIONS[name]);
    await annotate(`${states} states`);
    expect(broken).toBeUndefined();
    // A model that stands still keeps every promise.
    expect(states).toBeGreaterThan(1000);
  });
});

describe.each(Object.keys(GUARDS) as Guard[])("without “%s”", (guard) => {
  const { file, shows } = GUARDS[guard];

  test("a promise is broken", { timeout: LIMIT_MS }, async ({ annotate }) => {
    const { broken } = explore(CONFIGURATIONS[shows], guard);
    expect(broken).toBeDefined();
    await annotate([broken!.invariant, ...broken!.trace.map((step) => `  ${step}`)].join("\n"));
  });

  test("its place in the product exists", () => {
    expect(existsSync(file), file).toBe(true);
  });
});
