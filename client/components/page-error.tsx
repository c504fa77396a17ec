import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { m } from "../lib/i18n/compiled/messages.js";
import { explain } from "../lib/errors.ts";
import { paths } from "../lib/paths.ts";
import { refusalOf } from "../lib/refusal.ts";
import { Button, buttonClass } from "./button.tsx";
import { Page } from "./page.tsx";

/** Where a screen's loader or rendering failed: what happened, and the ways on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { title, advice, requestId } = explain(error);
  const code = refusalOf(error)?.code;
  const hopeless = code === "NOT_FOUND" || code === "INVALID" || code === "FORBIDDEN";
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Page title={title} lead={advice}>
      <div role="alert" className="sr-only">
        {title}
      </div>
      {requestId && <p className="mb-6 text-soft">{m.error_reference({ id: requestId })}</p>}
      <div className="flex flex-wrap gap-3">
        {!hopeless && <Button onClick={retry}>{m.try_again()}</Button>}
        <Link {...paths.home()} className={buttonClass("secondary")}>
          {m.to_search()}
        </Link>
        {hopeless && (
          <Link {...paths.find()} className={buttonClass("secondary")}>
            {m.nav_find()}
          </Link>
        )}
      </div>
    </Page>
  );
}
