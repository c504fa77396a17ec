import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { openDeployment, reasonOf, type Deployment } from "./client.ts";
import { journey, type Guest, type Method, type Step } from "./journey.ts";

// `npm run smoke -- --url U [--method M] [--place P]`: the main job against any deployment, a line a step.

const METHODS: Method[] = ["property", "stripe", "midtrans"];
const HELP = "npm run smoke -- --url http://127.0.0.1:3000 [--method property|stripe|midtrans] [--place Ubud]";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const step: Step = async (name, work, note) => {
  const started = performance.now();
  try {
    const result = await work();
    say(`  ok  ${name.padEnd(20)} ${since(started)}  ${note?.(result) ?? ""}`.trimEnd());
    return result;
  } catch (error) {
    say(`FAIL  ${name.padEnd(20)} ${since(started)}  ${reasonOf(error)}`);
    throw new Failed();
  }
};

/** The failure has been told. */
class Failed extends Error {}

function since(started: number): string {
  return `${(performance.now() - started).toFixed(0).padStart(6)} ms`;
}

/** A fresh account, so that the history is its own. The address is the one where Resend takes tests. */
async function signUp(site: Deployment): Promise<Guest> {
  const guest = { name: "Smoke Test", email: `delivered+smoke-${randomUUID().slice(0, 8)}@resend.dev` };
  await site.post("/auth/sign-up/email", { ...guest, password: randomUUID() });
  return guest;
}

const { values } = parseArgs({ options: { url: { type: "string" }, method: { type: "string" }, place: { type: "string", default: "Ubud" } } });
const wanted = METHODS.filter((method) => values.method === undefined || method === values.method);
if (!values.url || !URL.canParse(values.url) || wanted.length === 0) {
  process.stderr.write(`${HELP}\n`);
  process.exit(2);
}

const site = openDeployment(values.url);
const skipped: string[] = [];
const started = performance.now();
try {
  const guest = await step(
    "sign-up",
    () => signUp(site),
    ({ email }) => email,
  );
  for (const method of wanted) {
    say(`\n${method === "property" ? "Paid at the property" : `Paid online by ${method}`}`);
    const left = await journey(site, step, method, values.place, guest);
    if (left) skipped.push(left);
  }
  if (skipped.length === wanted.length) throw new Error("no way of paying could be tried to its end");
  for (const left of skipped) say(`\nskipped: ${left}`);
  say(`\nsmoke: good in ${((performance.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  if (!(error instanceof Failed)) say(`FAIL  ${reasonOf(error)}`);
  process.exitCode = 1;
}
