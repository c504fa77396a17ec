import { useState, type ReactNode } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { Button } from "./button.tsx";

/** Puts a text into the clipboard, and says so. `label` where what it shows is not enough to know it by. */
export function CopyButton({ text, label, className = "", children }: { text: () => string; label?: string; className?: string; children: ReactNode }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard.writeText(text()).then(
      () => setCopied(true),
      () => {},
    );
  return (
    <span className={`inline-flex items-center gap-3 ${className}`}>
      <Button kind="secondary" aria-label={label} onClick={copy}>
        {children}
      </Button>
      <span role="status" className="text-sm font-medium">
        {copied ? m.copied() : ""}
      </span>
    </span>
  );
}
