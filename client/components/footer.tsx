import { Link } from "@tanstack/react-router";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";

export function Footer() {
  return (
    <footer className="border-t border-sand-200 bg-sand-100">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-x-8 gap-y-3 px-4 py-8 text-sm text-soft sm:px-6">
        <p>{m.footer_promise()}</p>
        <Link {...paths.admin()} className="font-medium text-ink underline underline-offset-4">
          {m.for_hoteliers()}
        </Link>
      </div>
    </footer>
  );
}
