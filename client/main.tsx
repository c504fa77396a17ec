import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import "@fontsource-variable/inter/wght.css";
import "./styles.css";
import { queryClient } from "./lib/query.ts";
import { getLocale } from "./lib/i18n/compiled/runtime.js";
import { refusalOf } from "./lib/refusal.ts";
import { createAppRouter } from "./router.tsx";

const router = createAppRouter();
const MAIN_ID = "main";

document.documentElement.lang = getLocale();

// A new screen is read from its start: by the eye through scroll restoration, by a screen reader through this.
router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
  if (fromLocation && pathChanged) document.getElementById(MAIN_ID)?.focus({ preventScroll: true });
});

// A deployment replaces the chunks that an old tab knows: it is loaded anew, once.
window.addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("reloaded") ?? 0);
  if (Date.now() - last < 10_000) return;
  event.preventDefault();
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
});

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");

/** A refusal shown by an error screen was expected; only what nobody foresaw belongs in the console. */
function onCaughtError(error: unknown): void {
  if (refusalOf(error)?.code === "UNKNOWN") reportError(error);
}

createRoot(container, { onCaughtError }).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
