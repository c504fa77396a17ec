import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildClient, VITE } from "../../local/build-client.ts";

/** Builds the client into `dist/client` where it doesn't stand there already, as `npm start` does. */
export async function ensureClient(): Promise<void> {
  await buildClient(async (args) => void (await promisify(execFile)(process.execPath, [VITE, ...args])));
}
