import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDay } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import type { Stay } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import { buttonClass } from "./button.tsx";

interface Props {
  destinationId: number;
  /** Of this property alone. */
  propertyId?: string;
  stay: Stay;
  /** Where a press on other dates leads. */
  linkTo: (stay: Stay) => Pick<LinkProps, "to" | "params" | "search">;
}

/** Other dates on which there are rooms for the party, with how many places and from what price; none is guessed. */
export function OtherDates({ destinationId, propertyId, stay, linkTo }: Props) {
  const { data, isError } = useQuery(trpc.search.otherDates.queryOptions({ destinationId, ...stay, ...(propertyId && { propertyId }) }));
  const offerText = ({ properties, atLeast, total, currency }: NonNullable<typeof data>[number]) => {
    const price = formatMoney(total, currency);
    if (propertyId) return m.price_at_least({ price });
    return atLeast ? m.other_dates_offer_some({ count: properties, price }) : m.other_dates_offer({ count: properties, price });
  };
  return (
    <div role="status" className="mt-3">
      <p>{isError ? m.other_dates_failed() : !data ? m.other_dates_searching() : data.length === 0 ? m.other_dates_none() : m.other_dates_free()}</p>
      {data && data.length > 0 && (
        <ul className="mt-3 flex flex-wrap gap-3">
          {data.map((other) => (
            <li key={other.checkIn + other.checkOut}>
              <Link {...linkTo({ ...stay, checkIn: other.checkIn, checkOut: other.checkOut })} className={buttonClass("secondary", "flex-col gap-0")}>
                <span>
                  {formatDay(other.checkIn)} – {formatDay(other.checkOut)}
                </span>
                <span className="text-sm font-normal text-soft">{offerText(other)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
