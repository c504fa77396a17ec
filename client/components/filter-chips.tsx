import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { readList, writeList, type Filters } from "../lib/search-params.ts";
import { amenityName } from "../lib/words.ts";
import { Button } from "./button.tsx";
import { NO_FILTERS } from "./filters.tsx";

/** What the URL asks for, one by one, each with the filters that stay without it. */
function chipsOf(filters: Filters): { text: string; without: Filters }[] {
  const { type, min, max, cur, free } = filters;
  const stars = readList(filters.stars);
  const amenities = readList(filters.amenities);
  const others = (list: string[], one: string) => writeList(list.filter((other) => other !== one));
  return [
    ...(type ? [{ text: type, without: { ...filters, type: undefined } }] : []),
    ...(free ? [{ text: m.free_cancellation(), without: { ...filters, free: undefined } }] : []),
    ...(min && cur ? [{ text: m.price_at_least({ price: formatMoney(Number(min), cur) }), without: { ...filters, min: undefined, cur: max && cur } }] : []),
    ...(max && cur ? [{ text: m.price_at_most({ price: formatMoney(Number(max), cur) }), without: { ...filters, max: undefined, cur: min && cur } }] : []),
    ...stars.map((one) => ({ text: m.stars({ count: Number(one) }), without: { ...filters, stars: others(stars, one) } })),
    ...amenities.map((one) => ({ text: amenityName(one), without: { ...filters, amenities: others(amenities, one) } })),
  ];
}

/** The filters in force, each taken away by a press. */
export function FilterChips({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const chips = chipsOf(filters);
  if (chips.length === 0) return null;
  return (
    <ul aria-label={m.filters_active()} className="mb-4 flex flex-wrap gap-2">
      {chips.map(({ text, without }) => (
        <li key={text} className="max-w-full">
          <button
            type="button"
            aria-label={m.remove_filter({ filter: text })}
            onClick={() => onChange(without)}
            className="flex min-h-9 max-w-full items-center gap-2 rounded-full border border-navy-900/25 bg-white px-3.5 py-1 text-sm font-medium hover:border-navy-900/60 hover:bg-sand-100"
          >
            <span className="truncate">{text}</span>
            <span aria-hidden>×</span>
          </button>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <Button kind="quiet" className="min-h-9 px-2 py-1 text-sm" onClick={() => onChange(NO_FILTERS)}>
            {m.clear_filters()}
          </Button>
        </li>
      )}
    </ul>
  );
}
