import { m } from "../lib/i18n/compiled/messages.js";

/** The official class of a property; nothing where it has none. */
export function Stars({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span role="img" aria-label={m.stars({ count })} className="tracking-widest text-clay-700">
      {"★".repeat(count)}
    </span>
  );
}
