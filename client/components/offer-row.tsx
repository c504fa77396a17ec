import { explainRestriction } from "../lib/errors.ts";
import { formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import type { Offer } from "../lib/choice.ts";
import { mealName, ownName } from "../lib/words.ts";
import { Badge } from "./badge.tsx";
import { Button } from "./button.tsx";

interface Props {
  offer: Offer;
  /** Total for the room that is being chosen; null where its people don't fit. */
  total: number | null;
  left: number;
  currency: string;
  zone: string;
  roomName: string;
  chosen: boolean;
  onChoose: () => void;
}

/** One rate of a room type: what it includes, until when it can be cancelled, what it costs, why it can't be had. */
export function OfferRow({ offer, total, left, currency, zone, roomName, chosen, onChoose }: Props) {
  const reason = offer.refusal ? explainRestriction(offer.refusal) : total === null ? m.restricted_party() : left <= 0 ? m.no_more_left() : undefined;
  return (
    <li className={`grid items-center gap-3 border-t border-sand-200 py-4 sm:grid-cols-[1fr_auto] ${chosen ? "-mx-3 rounded-xl bg-sand-100 px-3" : ""}`}>
      <div>
        <p className="font-semibold">{ownName(offer.rateName)}</p>
        <p className="text-sm text-soft">
          {[mealName(offer.meal), ...(offer.payment === "property" ? [m.pay_at_property()] : offer.payment === "online" ? [m.pay_now()] : [m.pay_now_or_later()])].join(" · ")}
        </p>
        <p className="mt-1 text-sm">
          {offer.freeUntil ? (
            <span className="font-medium text-leaf-700">{m.policy_free_until({ when: formatInstant(offer.freeUntil, zone) })}</span>
          ) : (
            <Badge>{m.no_free_cancellation({ policy: ownName(offer.policyName) })}</Badge>
          )}
        </p>
      </div>
      <div className="flex items-center justify-between gap-4 sm:justify-end">
        {reason ? (
          <p className="max-w-60 text-sm font-medium text-soft sm:text-right">{reason}</p>
        ) : (
          <>
            <p className="tabular text-lg font-bold">{formatMoney(total ?? 0, currency)}</p>
            <Button kind={chosen ? "primary" : "secondary"} aria-pressed={chosen} aria-label={m.choose_offer({ room: roomName, rate: ownName(offer.rateName) })} onClick={onChoose}>
              {chosen ? m.chosen() : m.choose()}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}
