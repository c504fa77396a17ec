import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { findRedis } from "../local/redis-install.ts";
import { findChromium } from "./helpers/chromium.ts";

// `npm run verify` and `npm test`: one step after the other, each shown with its time, and one closing line.

interface Step {
  name: string;
  command: string[];
}

const check = (name: string, ...command: string[]): Step => ({ name, command });
/** Suites in one run share its services and fill the gaps of each other's waits. */
const suites = (name: string, ...projects: string[]): Step => ({
  name,
  command: ["vitest", "run", ...projects.flatMap((project) => ["--project", project]), "--reporter=default", "--reporter=json", `--outputFile=tests/.artifacts/${name}.json`],
});

const simulation = (...options: string[]): string[] => ["node", "tests/simulation/sim.ts", ...options, "--report", "tests/.artifacts/simulation.json"];

const CHECKS: Step[] = [
  check("messages", "npm", "run", "--silent", "i18n"),
  // The linter's types are the compiler's own: it tells of the compiler's errors in the same pass.
  check("types and lint", "oxlint", "--type-aware", "--type-check", "--deny-warnings", "--quiet"),
  check("format", "oxfmt", "--check"),
  check("migrations", "node", "local/lint/migrations.ts"),
];
const VERIFY: Step[] = [...CHECKS, suites("unit", "unit")];
const ALL: Step[] = [
  ...CHECKS,
  check("dead code", "knip"),
  suites("unit, contract, integration", "unit", "contract", "integration"),
  { name: "simulation", command: simulation("--seed", "1", "--seeds", "8", "--at-once", "3", "--ops", "150", "--every-fault", "--isolated") },
  check("build", "node", "local/build.ts"),
  suites("e2e", "e2e"),
];

const totals = { passed: 0, failed: 0, skipped: 0 };
const mode = process.argv[2];
const steps = mode === "verify" ? VERIFY : ALL;
rmSync("tests/.artifacts", { recursive: true, force: true });
mkdirSync("tests/.artifacts", { recursive: true });
if (mode !== "verify") {
  // Missing services are installed before the clock of any suite runs.
  findRedis();
  findChromium();
}

const QUICK = new URL("../local/quick-imports.ts", import.meta.url).href;
let broken = false;
for (const step of steps) {
  const started = performance.now();
  process.stdout.write(`\n── ${step.name}\n`);
  const code = await run(step.command);
  const counted = count(step.name);
  // A check counts as one test, so that the closing line tells of it too.
  if (!counted) totals[code === 0 ? "passed" : "failed"] += 1;
  if (code !== 0) {
    broken = true;
    if (counted && counted.failed === 0) totals.failed += 1;
  }
  process.stdout.write(`── ${step.name}: ${code === 0 ? "good" : "FAILED"} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
process.stdout.write(`\ntests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = broken ? 1 : 0;

function run([program, ...args]: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program!, args, { stdio: "inherit", env: { ...process.env, NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${QUICK}` } });
    child.once("error", () => resolve(127));
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** What the suite's own report says; undefined for a check. Skips are named, each with its reason in its title. */
function count(name: string): { failed: number } | undefined {
  const file = `tests/.artifacts/${name}.json`;
  if (!existsSync(file)) return undefined;
  const report = JSON.parse(readFileSync(file, "utf8")) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests;
  for (const test of report.testResults.flatMap((result) => result.assertionResults)) {
    if (test.status === "pending" || test.status === "skipped") process.stdout.write(`skipped: ${test.fullName}\n`);
  }
  return { failed: report.numFailedTests };
}
