import { Link } from "@tanstack/react-router";
import { formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { refusalOf } from "../lib/refusal.ts";
import type { ChoiceSearch } from "../lib/search-params.ts";
import { buttonClass } from "./button.tsx";

/** After a SOLD_OUT: the nearest dates on which the same rooms are free, each one press away. */
export function NearestDates({ error, slug, search }: { error: unknown; slug: string; search: ChoiceSearch }) {
  const refusal = refusalOf(error);
  if (refusal?.code !== "SOLD_OUT" || !refusal.facts.nearest?.length) return null;
  return (
    <div className="grid basis-full gap-2">
      <p>{m.nearest_dates()}</p>
      <ul className="flex flex-wrap gap-2">
        {refusal.facts.nearest.map(({ checkIn, checkOut }) => (
          <li key={checkIn}>
            <Link {...paths.property(slug, { ...search, in: checkIn, out: checkOut })} className={buttonClass("secondary")}>
              {formatDay(checkIn)} – {formatDay(checkOut)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
