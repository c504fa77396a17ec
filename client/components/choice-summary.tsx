import { Link } from "@tanstack/react-router";
import { m } from "../lib/i18n/compiled/messages.js";
import type { Pick } from "../lib/choice.ts";
import { formatMoney } from "../lib/money.ts";
import { peopleText } from "../lib/party-words.ts";
import { paths } from "../lib/paths.ts";
import { writeStay, type Stay } from "../lib/search-params.ts";
import type { PropertyView } from "../lib/types.ts";
import { ownName } from "../lib/words.ts";
import { buttonClass } from "./button.tsx";
import { StayLength } from "./stay-length.tsx";

interface Props {
  property: PropertyView;
  stay: Stay;
  currency: string;
  picks: (Pick | undefined)[];
  active: number;
  onActivate: (room: number) => void;
}

/** What is chosen so far, room by room, with its total; stays in sight while choosing. */
export function ChoiceSummary({ property, stay, currency, picks, active, onActivate }: Props) {
  const total = picks.reduce((sum, pick) => sum + (pick?.total ?? 0), 0);
  const missing = picks.filter((pick) => !pick).length;
  const many = stay.rooms.length > 1;
  return (
    <section
      aria-label={m.your_choice()}
      className="sticky bottom-0 z-10 -mx-4 border-t border-sand-200 bg-white p-4 shadow-card sm:mx-0 sm:rounded-2xl sm:border sm:p-5 lg:top-6 lg:bottom-auto"
    >
      <ol className={many ? "grid max-h-40 gap-1.5 overflow-y-auto lg:max-h-none" : "hidden lg:block"}>
        {stay.rooms.map((room, index) => {
          const pick = picks[index];
          const name = property.roomTypes.find((type) => type.id === pick?.roomTypeId)?.name;
          const text = (
            <>
              <span className="block text-sm text-soft">
                {many && `${m.room_number({ number: index + 1 })}: `}
                {peopleText([room])}
              </span>
              <span className="flex justify-between gap-3 font-semibold">
                <span>{pick ? `${name}, ${ownName(pick.offer.rateName)}` : m.not_chosen()}</span>
                {pick && <span className="tabular">{formatMoney(pick.total, currency)}</span>}
              </span>
            </>
          );
          return (
            <li key={index}>
              {many ? (
                <button
                  type="button"
                  aria-pressed={index === active}
                  onClick={() => onActivate(index)}
                  className="w-full rounded-xl border border-sand-200 px-3 py-2 text-left aria-pressed:border-clay-600 aria-pressed:bg-sand-100"
                >
                  {text}
                </button>
              ) : (
                text
              )}
            </li>
          );
        })}
      </ol>
      <div className={`flex flex-wrap items-center justify-between gap-3 ${many ? "mt-3" : ""} lg:mt-4 lg:block lg:border-t lg:border-sand-200 lg:pt-4`}>
        <p aria-live="polite">
          <span className="block text-sm text-soft">
            {m.total()} · <StayLength stay={stay} />
          </span>
          <span className="tabular text-2xl font-bold">{total > 0 ? formatMoney(total, currency) : "–"}</span>
          <span className="block text-sm text-soft">{m.taxes_included()}</span>
        </p>
        {missing === 0 ? (
          <Link
            {...paths.book(property.slug, { ...writeStay(stay), products: picks.map((pick) => pick?.offer.productId ?? 0).join(".") })}
            className={buttonClass("primary", "lg:mt-4 lg:w-full")}
          >
            {m.continue_booking()}
          </Link>
        ) : (
          <p className="text-sm font-medium text-soft lg:mt-4">{many ? m.choose_rooms_left({ count: missing }) : m.choose_a_rate()}</p>
        )}
      </div>
    </section>
  );
}
