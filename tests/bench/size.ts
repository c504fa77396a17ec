import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildClient, VITE } from "../../local/build-client.ts";
import { ROOT } from "../../local/root.ts";
import type { Bench } from "./context.ts";
import { figure, type Figure } from "./figures.ts";

const CLIENT = join(ROOT, "dist", "client");
const HOME = "routes/home.tsx";

interface Chunk {
  file: string;
  imports?: string[];
  isEntry?: boolean;
}

/** What home loads of JavaScript, gzipped: the entry, the screen, and all that they import at once. The floor is React alone. */
export async function size(bench: Bench): Promise<Figure[]> {
  await buildClient(vite);
  const manifest = JSON.parse(readFileSync(join(CLIENT, ".vite", "manifest.json"), "utf8")) as Record<string, Chunk>;
  const entry = Object.keys(manifest).find((name) => manifest[name]!.isEntry);
  if (!entry || !manifest[HOME]) throw new Error(`the client's manifest has no entry, or no ${HOME}`);
  const files = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name]!;
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    chunk.imports?.forEach(visit);
  };
  [entry, HOME].forEach(visit);
  const sizes = [...files].filter((file) => file.endsWith(".js")).map((file) => ({ file, size: kilobytes(readFileSync(join(CLIENT, file))) }));
  bench.say(`size: ${sizes.map(({ file, size: one }) => `${file} ${one.toFixed(1)}`).join(", ")}`);
  const total = sizes.reduce((sum, one) => sum + one.size, 0);
  return [figure("size", "JavaScript of home, gzipped", total, "KB", { floor: await reactAlone(), most: 135 })];
}

async function reactAlone(): Promise<number> {
  const bundled = await build({
    stdin: {
      contents: `import { createRoot } from "react-dom/client"; import { createElement } from "react"; createRoot(document.body).render(createElement("p"));`,
      resolveDir: ROOT,
    },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return kilobytes(bundled.outputFiles[0]!.contents);
}

function kilobytes(bytes: Uint8Array): number {
  return gzipSync(bytes).length / 1024;
}

function vite(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VITE, ...args], { cwd: ROOT, env: { ...process.env, NODE_ENV: "production" }, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the client could not be built (code ${code})`))));
  });
}
