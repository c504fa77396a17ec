import { m } from "../lib/i18n/compiled/messages.js";
import type { ResultsSearch } from "../lib/search-params.ts";
import { SORTS } from "../lib/sorts.ts";

const TEXTS = { recommended: m.sort_recommended, price: m.sort_price, price_desc: m.sort_price_desc, stars: m.sort_stars } satisfies Record<(typeof SORTS)[number], () => string>;

export function SortSelect({ value, onChange }: { value: ResultsSearch["sort"]; onChange: (sort: ResultsSearch["sort"]) => void }) {
  return (
    <label className="flex items-center gap-2 text-sm font-semibold">
      {m.sort()}
      <select
        className="min-h-11 rounded-xl border border-field bg-white px-3 text-base font-normal"
        value={value ?? "recommended"}
        onChange={(event) => onChange(SORTS.find((sort) => sort === event.target.value))}
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {TEXTS[sort]()}
          </option>
        ))}
      </select>
    </label>
  );
}
