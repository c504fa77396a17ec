const JAKARTA_OFFSET_MS = 7 * 3600 * 1000;

/** Midtrans' time: `YYYY-MM-DD HH:mm:ss` in GMT+7, without a zone. */
export function jakartaTime(ms: number): string {
  return new Date(ms + JAKARTA_OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
}

/** Milliseconds of `YYYY-MM-DD HH:mm:ss +0700`; undefined when it isn't of this form. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d):?(\d\d)$/.exec(text);
  if (!match) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2]}${match[3]}:${match[4]}`);
  return Number.isNaN(ms) ? undefined : ms;
}

const LONGEST_MS = 366 * 86_400_000;
const UNIT_MS: Record<string, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Length of `{ unit, duration }`, units in the singular or the plural; undefined for an unknown unit, or more than a year. */
export function lengthMs(unit: string, duration: number): number | undefined {
  const name = unit.toLowerCase().replace(/s$/, "");
  const length = Object.hasOwn(UNIT_MS, name) ? (UNIT_MS[name] ?? 0) * duration : undefined;
  return length === undefined || length > LONGEST_MS ? undefined : length;
}
