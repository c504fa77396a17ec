import { defineConfig } from "vitest/config";

/**
 * Each kind of test is a project; `tests/run.ts` decides which services stand behind it. A file owns its data, not its
 * modules (`isolate: false`): loading the server anew for each file costs more than most tests.
 */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    projects: [
      { test: { name: "unit", include: ["tests/unit/**/*.test.ts"], isolate: false, setupFiles: ["tests/helpers/quiet.ts"] } },
      {
        test: {
          name: "contract",
          include: ["tests/contract/**/*.test.ts"],
          isolate: false,
          globalSetup: ["tests/helpers/services.ts"],
          setupFiles: ["tests/helpers/quiet.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          isolate: false,
          globalSetup: ["tests/helpers/services.ts"],
          setupFiles: ["tests/helpers/quiet.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          isolate: false,
          globalSetup: ["tests/helpers/services.ts"],
          setupFiles: ["tests/helpers/quiet.ts"],
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
    maxWorkers: 3,
  },
});
