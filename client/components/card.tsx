import type { ReactNode } from "react";

/** A titled part of a screen. */
export function Card({ title, children, className = "" }: { title: string; children: ReactNode; className?: string }) {
  return (
    <section className={`rounded-2xl border border-sand-200 bg-white p-5 shadow-card sm:p-6 ${className}`}>
      <h2 className="mb-4 text-xl font-bold">{title}</h2>
      {children}
    </section>
  );
}
