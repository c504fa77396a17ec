import { join } from "node:path";
import { build } from "vite";
import { ROOT } from "./root.ts";

// Builds the client into the folder given, `dist/client` without one. Vite's own command would do, but for the message
// compiler: on its first run it leaves timers behind that keep the process for half a minute after the last file is written.

const [outDir] = process.argv.slice(2);
// NODE_ENV decides which React is built in; the config's paths are read from the checkout.
process.env.NODE_ENV = "production";
process.chdir(ROOT);
try {
  await build({
    configFile: join(ROOT, "vite.config.ts"),
    logLevel: "warn",
    // A slow machine is no reason to warn.
    build: { outDir, emptyOutDir: true, rolldownOptions: { checks: { bundlerTimings: false } } },
  });
  process.exit(0);
} catch (error) {
  process.stderr.write(`The client could not be built: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
