import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { askBuild, ChunkError, loadNewBuild } from "../lib/chunks.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { explain } from "../lib/errors.ts";
import { paths } from "../lib/paths.ts";
import { refusalOf } from "../lib/refusal.ts";
import { Button, buttonClass } from "./button.tsx";
import { Page } from "./page.tsx";

/** Where a screen's loader or rendering failed: what happened, and the ways on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const { title, advice, requestId } = explain(error);
  const code = refusalOf(error)?.code;
  const hopeless = code === "NOT_FOUND" || code === "INVALID" || code === "FORBIDDEN";
  const isChunk = error instanceof ChunkError;
  const retry = async () => {
    setBusy(true);
    await router.invalidate();
    setBusy(false);
    reset();
  };
  // A deployment replaces the parts that an old tab knows: what the server hands out now tells that from an outage.
  useEffect(() => {
    if (isChunk) void askBuild().then((build) => build === "replaced" && loadNewBuild());
  }, [isChunk]);
  useEffect(() => {
    const goOn = () => void retry();
    window.addEventListener("online", goOn);
    return () => window.removeEventListener("online", goOn);
  });
  return (
    <Page title={title} lead={advice}>
      <div role="alert" className="sr-only">
        {title}
      </div>
      {requestId && <p className="mb-6 text-soft">{m.error_reference({ id: requestId })}</p>}
      <div className="flex flex-wrap gap-3">
        {!hopeless && (
          <Button busy={busy ? m.one_moment() : undefined} onClick={() => void retry()}>
            {m.try_again()}
          </Button>
        )}
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
