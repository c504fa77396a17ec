import { useEffect, useState } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { Skeleton } from "./skeleton.tsx";

/** After so long nobody is left alone with a skeleton. */
const LONG_MS = 3_000;

/** Shown while a screen's loader waits. */
export function PagePending() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-12 sm:px-6">
      <title>{`${m.loading()} · Nightledger`}</title>
      <p role="status" className="sr-only">
        {m.loading()}
      </p>
      {long && (
        <div className="mb-6">
          <Notice title={m.loading_long()} live>
            <p>{m.loading_long_text()}</p>
            <Button kind="secondary" className="mt-4" onClick={() => location.reload()}>
              {m.reload()}
            </Button>
          </Notice>
        </div>
      )}
      <Skeleton className="h-10 w-2/3 max-w-md" />
      <Skeleton className="mt-6 h-64" />
      <Skeleton className="mt-6 h-28" />
    </div>
  );
}
