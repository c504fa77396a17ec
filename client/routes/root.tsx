import { Outlet } from "@tanstack/react-router";
import { Footer } from "../components/footer.tsx";
import { Header } from "../components/header.tsx";
import { OpenHolds } from "../components/open-holds.tsx";
import { SkipLink } from "../components/skip-link.tsx";
import { MAIN_ID } from "../lib/focus.ts";
import { m } from "../lib/i18n/compiled/messages.js";

export function Root() {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink href={`#${MAIN_ID}`}>{m.skip_to_content()}</SkipLink>
      <Header />
      <OpenHolds />
      <main id={MAIN_ID} tabIndex={-1} className="flex-1">
        <Outlet />
      </main>
      <Footer />
    </div>
  );
}
