import { CURRENCY_CODES, textOf } from "../../server/platform/money.ts";
import { bookingLine } from "../names.ts";
import { ageText, fieldLines, oneLine, tableLines } from "../table.ts";
import { adviceOf } from "./advice.ts";
import type { ShownIncident } from "./list.ts";

// What `npm run incidents` says, as lines.

const COLUMNS = ["id", "severity", "age", "cases", "owner", "booking", "hotel", "what"];

export function incidentsTable({ incidents, total }: { incidents: ShownIncident[]; total: number }): string[] {
  if (total === 0) return ["No incidents: nothing needs a person."];
  const rows = incidents.map(({ incident, ageSeconds, booking, hotel }) => [
    incident.id,
    incident.resolvedAt ? `${incident.severity}, closed` : incident.severity,
    ageText(ageSeconds),
    String(incident.count),
    incident.owner ?? "nobody",
    booking?.code ?? "-",
    oneLine(hotel, 30) || "-",
    oneLine(incident.title, 110),
  ]);
  const more = total > incidents.length ? [`and ${total - incidents.length} more`] : [];
  return [...tableLines(COLUMNS, rows), ...more, "", "npm run incidents -- show ID says what to do about one."];
}

export function incidentLines(shown: ShownIncident): string[] {
  const { incident, booking, hotel } = shown;
  const { resolvedAt, resolvedBy, resolution, owner, takenAt } = incident;
  const by = resolvedBy ? `${resolvedAt?.toISOString()} by ${resolvedBy}: ${resolution}` : resolvedAt && `${resolvedAt.toISOString()}: its condition ended`;
  return [
    incident.title,
    "",
    ...fieldLines({
      id: incident.id,
      severity: incident.severity,
      booking: booking ? bookingLine(booking) : "none",
      property: hotel || "none",
      first: incident.firstAt.toISOString(),
      last: `${incident.lastAt.toISOString()} (cases: ${incident.count})`,
      owner: owner ? `${owner} since ${takenAt?.toISOString()}` : `nobody: npm run incidents -- take ${incident.id} --author NAME`,
      closed: by ?? "no",
      cause: incident.cause,
      facts: factsOf(incident.data).join(", "),
    }),
    ...(incident.resolvedAt
      ? []
      : [
          "",
          "What to do:",
          ...adviceOf(shown).map((line) => `  ${line}`),
          "  When it is dealt with:",
          `  npm run incidents -- close ${incident.id} --author NAME --reason "TEXT"`,
        ]),
  ];
}

/** Minor units, and the fact that names their currency. */
const AMOUNTS: Readonly<Record<string, string>> = { amount: "currency", missing: "currency", lost: "currency", expected: "expectedCurrency" };

/** Amounts as the verbs take them; one of a currency that we don't list stays as it came. */
function factsOf(data: Record<string, unknown>): string[] {
  return Object.entries(data).map(([name, value]) => {
    const currency = data[AMOUNTS[name] ?? ""];
    const isAmount = typeof value === "number" && typeof currency === "string" && CURRENCY_CODES.includes(currency);
    return `${name} ${isAmount ? textOf(value, currency) : String(value)}`;
  });
}
