import type { ReactNode } from "react";

const TONES = {
  good: "bg-leaf-100 text-leaf-700",
  warn: "bg-clay-100 text-clay-800",
  plain: "bg-sand-100 text-ink",
  dark: "bg-navy-900 text-white",
};

export function Badge({ tone = "plain", children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return <span className={`inline-block rounded-full px-2.5 py-0.5 text-sm font-semibold ${TONES[tone]}`}>{children}</span>;
}
