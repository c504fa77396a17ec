import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import "@fontsource-variable/inter/wght.css";
import "./styles.css";
import { queryClient } from "./lib/query.ts";
import { MAIN_ID } from "./lib/focus.ts";
import { getLocale } from "./lib/i18n/compiled/runtime.js";
import { refusalOf } from "./lib/refusal.ts";
import { createAppRouter, preloadNext } from "./router.tsx";

const router = createAppRouter();

document.documentElement.lang = getLocale();

// A new screen is read from its start: by the eye through scroll restoration, by a screen reader through this.
router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
  if (fromLocation && pathChanged) document.getElementById(MAIN_ID)?.focus({ preventScroll: true });
});

// What comes next is there before it is asked for, and offline too.
router.subscribe("onRendered", ({ toLocation }) => preloadNext(toLocation.pathname));

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
