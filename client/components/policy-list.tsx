import { m } from "../lib/i18n/compiled/messages.js";
import { policySentences } from "../lib/policy.ts";
import type { QuotedStay } from "../lib/types.ts";
import { ownName } from "../lib/words.ts";

/** The cancellation policies of a booking's stays; stays with the same terms share one list. */
export function PolicyList({ stays, currency }: { stays: Pick<QuotedStay, "roomName" | "policy">[]; currency: string }) {
  const groups = Map.groupBy(stays, (stay) => JSON.stringify(stay.policy));
  return (
    <div className="grid gap-4">
      {[...groups.values()].map((group, index) => {
        const first = group[0];
        if (!first) return null;
        return (
          <div key={index}>
            <p className="font-semibold">
              {ownName(first.policy.name)}
              {groups.size > 1 && <span className="font-normal text-soft"> · {group.map((stay) => stay.roomName).join(", ")}</span>}
            </p>
            <ul className="mt-1 list-disc pl-5 text-[0.95rem] leading-relaxed">
              {policySentences(first.policy, currency).map((sentence) => (
                <li key={sentence}>{group.length > 1 ? `${sentence} ${m.per_room()}` : sentence}</li>
              ))}
            </ul>
          </div>
        );
      })}
    </div>
  );
}
