import { paraglideVitePlugin } from "@inlang/paraglide-js";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

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
