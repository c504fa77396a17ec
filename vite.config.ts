import { paraglideVitePlugin } from "@inlang/paraglide-js";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Writes `.br` and `.gz` beside what compresses well, so that no server does it at each request. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle({ dir }) {
      for (const file of readdirSync(dir!, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|html|svg|json)$/.test(file)) continue;
        const bytes = readFileSync(join(dir!, file));
        writeFileSync(join(dir!, `${file}.br`), brotliCompressSync(bytes));
        writeFileSync(join(dir!, `${file}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: "client",
  plugins: [
    // Its paths are read from the root above.
    paraglideVitePlugin({
      project: "./project.inlang",
      outdir: "./lib/i18n/compiled",
      strategy: ["localStorage", "preferredLanguage", "baseLocale"],
      emitGitIgnore: false,
      emitPrettierIgnore: false,
      emitReadme: false,
    }),
    tailwindcss(),
    react(),
    precompress(),
  ],
  build: {
    outDir: "../dist/client",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy allows no inlined fonts, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Tells the size bench which chunks home loads.
    manifest: true,
  },
});
