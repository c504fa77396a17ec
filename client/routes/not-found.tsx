import { Link } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";

export function NotFound() {
  return (
    <Page title={m.page_not_found()} lead={m.page_not_found_text()}>
      <div className="flex flex-wrap gap-3">
        <Link {...paths.home()} className={buttonClass()}>
          {m.to_search()}
        </Link>
        <Link {...paths.find()} className={buttonClass("secondary")}>
          {m.nav_find()}
        </Link>
      </div>
    </Page>
  );
}
