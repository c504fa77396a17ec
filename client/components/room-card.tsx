import { m } from "../lib/i18n/compiled/messages.js";
import { leftFor, type Pick } from "../lib/choice.ts";
import type { Availability, PropertyView } from "../lib/types.ts";
import { amenityName, bedName } from "../lib/words.ts";
import { Badge } from "./badge.tsx";
import { SCARCE } from "./hotel-card.tsx";
import { OfferRow } from "./offer-row.tsx";

type RoomType = PropertyView["roomTypes"][number];

interface Choice {
  availability: Availability;
  zone: string;
  /** The room of the party that is being chosen for. */
  room: number;
  picks: (Pick | undefined)[];
  onChoose: (productId: number) => void;
}

/** A room type with its rates; without `choice` (no dates yet) only what it is. */
export function RoomCard({ type, choice }: { type: RoomType; choice: Choice | undefined }) {
  const available = choice?.availability.roomTypes.find((candidate) => candidate.roomTypeId === type.id);
  const facts = [
    m.sleeps({ count: type.maxOccupancy }),
    ...type.beds.map((bed) => `${bed.count} × ${bedName(bed.kind)}`),
    ...(type.sizeSqm ? [m.square_metres({ size: type.sizeSqm })] : []),
  ];
  return (
    <article className="overflow-hidden rounded-2xl border border-sand-200 bg-white shadow-card">
      <div className="grid sm:grid-cols-[13rem_1fr]">
        <img src={type.picture} alt="" width="416" height="312" loading="lazy" className="h-44 w-full bg-sand-100 object-cover sm:h-full" />
        <div className="p-5">
          <div className="flex flex-wrap items-center gap-2">
            <h3 className="text-xl font-bold">{type.name}</h3>
            {available && available.left > 0 && available.left <= SCARCE && <Badge tone="warn">{m.only_left({ count: available.left })}</Badge>}
            {choice && (!available || available.left <= 0) && <Badge tone="dark">{m.sold_out()}</Badge>}
          </div>
          <p className="mt-1 font-medium text-soft">{facts.join(" · ")}</p>
          <p className="mt-2 leading-relaxed">{type.description}</p>
          <p className="mt-2 text-sm text-soft">{type.amenities.map(amenityName).join(" · ")}</p>
        </div>
      </div>
      {choice && available && available.left > 0 && (
        <ul aria-label={m.rates_of({ room: type.name })} className="px-5">
          {available.offers.map((offer) => (
            <OfferRow
              key={offer.productId}
              offer={offer}
              total={offer.totals[choice.room] ?? null}
              left={leftFor(available, choice.room, choice.picks)}
              currency={choice.availability.currency}
              zone={choice.zone}
              roomName={type.name}
              chosen={choice.picks[choice.room]?.offer.productId === offer.productId}
              onChoose={() => choice.onChoose(offer.productId)}
            />
          ))}
        </ul>
      )}
    </article>
  );
}
