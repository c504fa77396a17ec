import { Outlet } from "@tanstack/react-router";
import { Footer } from "../components/footer.tsx";
import { Header } from "../components/header.tsx";
import { SkipLink } from "../components/skip-link.tsx";
import { m } from "../lib/i18n/compiled/messages.js";

export function Root() {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink href="#main">{m.skip_to_content()}</SkipLink>
      <Header />
      <main id="main" tabIndex={-1} className="flex-1">
        <Outlet />
      </main>
      <Footer />
    </div>
  );
}
