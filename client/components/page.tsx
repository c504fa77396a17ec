import type { ReactNode } from "react";

const WIDTHS = { narrow: "max-w-lg", text: "max-w-3xl", wide: "max-w-6xl" };

/** A screen's frame: the document's title, its one main heading, and its width. */
export function Page({
  title,
  heading = title,
  lead,
  width = "text",
  children,
}: {
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  width?: keyof typeof WIDTHS;
  children: ReactNode;
}) {
  return (
    <div className={`mx-auto w-full px-4 py-8 sm:px-6 sm:py-12 ${WIDTHS[width]}`}>
      <title>{`${title} · Nightledger`}</title>
      <h1 className="text-3xl font-bold sm:text-4xl">{heading}</h1>
      {lead && <div className="mt-3 text-lg text-soft">{lead}</div>}
      <div className="mt-8">{children}</div>
    </div>
  );
}
