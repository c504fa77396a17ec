import type { ReactNode } from "react";
import { explain } from "../lib/errors.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { Notice } from "./notice.tsx";

/** A failed call in sentences; `children` are the ways out of it. */
export function ErrorNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  if (!error) return null;
  const { title, advice, requestId } = explain(error);
  return (
    <Notice tone="warn" title={title} live>
      <p>{advice}</p>
      {requestId && <p className="mt-1 text-sm">{m.error_reference({ id: requestId })}</p>}
      {children && <div className="mt-4 flex flex-wrap gap-3">{children}</div>}
    </Notice>
  );
}
