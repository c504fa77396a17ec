import { Outlet } from "@tanstack/react-router";
import { Footer } from "../components/footer.tsx";
import { Header } from "../components/header.tsx";
import { OpenHolds } from "../components/open-holds.tsx";
import { MAIN_ID } from "../lib/focus.ts";
import { m } from "../lib/i18n/compiled/messages.js";

export function Root() {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href={`#${MAIN_ID}`}
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-white focus:px-4 focus:py-3 focus:font-semibold"
      >
        {m.skip_to_content()}
      </a>
      <Header />
      <OpenHolds />
      <main id={MAIN_ID} tabIndex={-1} className="flex-1">
        <Outlet />
      </main>
      <Footer />
    </div>
  );
}
