// For mails, texts and screens alike: an instant reads the same wherever it stands.

/** Countries whose people call their zones by a short name; elsewhere it is an offset, or one that nobody there uses. */
const KNOWING = ["en-GB", "en-US", "en-AU", "en-IN", "en-ZA", "id-ID"];

const TIME_OF = { en: (city: string) => `(${city} time)`, id: (city: string) => `(waktu ${city})` } as const;

/** An instant in a zone with the zone's name: "Fri, 18 Dec 2026, 18:00 WITA", "…, 18:00 (Tokyo time)". */
export function instantText(instant: string, zone: string, locale: "en" | "id"): string {
  const at = new Date(instant);
  const text = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "id-ID", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).format(at);
  return `${text} ${zoneName(at, zone, locale)}`;
}

/** As people there call it; where they have no short name, by its city. */
function zoneName(at: Date, zone: string, locale: "en" | "id"): string {
  const names = KNOWING.map((tag) => shortName(at, zone, tag));
  const city = zone.startsWith("Etc/") ? undefined : zone.split("/").slice(1).at(-1)?.replaceAll("_", " ");
  return names.find((name) => !/[+-]/.test(name)) ?? (city ? TIME_OF[locale](city) : names[0]!);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function shortName(at: Date, timeZone: string, tag: string): string {
  const key = `${tag} ${timeZone}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(tag, { timeZone, timeZoneName: "short" });
  // Making one is dear, and a page of results shows many.
  formats.set(key, format);
  return format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
}
