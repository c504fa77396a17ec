import { useId } from "react";
import { formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import { peopleText } from "../lib/party-words.ts";
import type { StayRow } from "../lib/types.ts";
import { stateName } from "../lib/words.ts";
import { Badge } from "./badge.tsx";

const CELL = "px-4 py-3 align-top";

/** Room stays of a day. `emptyState` says what would stand here, so that an empty table teaches. */
export function StayTable({ title, rows, currency, emptyState }: { title: string; rows: StayRow[]; currency: string; emptyState: string }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0">
      <h2 id={id} className="mb-3 text-xl font-bold">
        {title} <span className="font-normal text-soft">({rows.length})</span>
      </h2>
      {rows.length === 0 ? (
        <p className="rounded-2xl border border-dashed border-sand-300 p-5 text-soft">{emptyState}</p>
      ) : (
        // Focusable, since a wide table on a phone must scroll by keyboard too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div role="group" aria-labelledby={id} tabIndex={0} className="overflow-x-auto rounded-2xl border border-sand-200 bg-white">
          <table className="w-full min-w-[46rem] text-left text-[0.95rem]">
            <thead className="bg-sand-100 text-sm">
              <tr>
                {[m.guest(), m.room(), m.stay(), m.people(), m.state(), m.total()].map((head) => (
                  <th key={head} scope="col" className="px-4 py-2.5 font-semibold">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={`${row.bookingId}-${index}`} className="border-t border-sand-200">
                  <th scope="row" className={`${CELL} font-semibold`}>
                    {row.guestName}
                    <span className="tabular block text-sm font-normal text-soft">{row.code}</span>
                  </th>
                  <td className={CELL}>
                    {row.roomName}
                    <span className="block text-sm text-soft">{row.rateName}</span>
                  </td>
                  <td className={CELL}>
                    {formatDay(row.checkIn)} – {formatDay(row.checkOut)}
                  </td>
                  <td className={CELL}>{peopleText([{ adults: row.adults, childAges: Array<number>(row.children).fill(0) }])}</td>
                  <td className={CELL}>
                    <span className="flex flex-wrap gap-1">
                      <Badge>{stateName(row.state)}</Badge>
                      {row.oversold && <Badge tone="warn">{m.oversold()}</Badge>}
                    </span>
                  </td>
                  <td className={`${CELL} tabular`}>
                    {formatMoney(row.total, currency)}
                    <span className="block text-sm text-soft">{row.payment === "property" ? m.at_property() : m.online()}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
