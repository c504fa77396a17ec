import type { ReactNode } from "react";

const TONES = {
  info: "border-navy-600/30 bg-white",
  warn: "border-clay-600/40 bg-clay-100",
  good: "border-leaf-700/30 bg-leaf-100",
};

/** Something to read before going on. `live` where it appears while the page is read. */
export function Notice({ tone = "info", title, children, live = false }: { tone?: keyof typeof TONES; title: string; children?: ReactNode; live?: boolean }) {
  return (
    <div role={live ? "alert" : undefined} className={`rounded-2xl border p-5 ${TONES[tone]}`}>
      <p className="font-semibold">{title}</p>
      {children && <div className="mt-1.5 text-[0.95rem] leading-relaxed">{children}</div>}
    </div>
  );
}
