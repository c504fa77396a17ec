import { m } from "../lib/i18n/compiled/messages.js";
import { Skeleton } from "./skeleton.tsx";

/** Shown while a screen's loader waits. */
export function PagePending() {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-12 sm:px-6">
      <p role="status" className="sr-only">
        {m.loading()}
      </p>
      <Skeleton className="h-10 w-2/3 max-w-md" />
      <Skeleton className="mt-6 h-64" />
      <Skeleton className="mt-6 h-28" />
    </div>
  );
}
