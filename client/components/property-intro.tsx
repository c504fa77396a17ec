import { m } from "../lib/i18n/compiled/messages.js";
import { addressText } from "../lib/place-text.ts";
import type { PropertyView } from "../lib/types.ts";
import { amenityName } from "../lib/words.ts";
import { Stars } from "./stars.tsx";

/** The property itself: picture, place, words, what it has, when one comes and goes. */
export function PropertyIntro({ property }: { property: PropertyView }) {
  return (
    <>
      <Stars count={property.stars} />
      <h1 className="text-3xl font-bold sm:text-5xl">{property.name}</h1>
      <p className="mt-2 text-soft">{addressText(property)}</p>
      <img src={property.picture} alt="" width="1200" height="480" fetchPriority="high" className="mt-6 h-56 w-full rounded-3xl bg-sand-100 object-cover shadow-card sm:h-96" />
      <div className="mt-8 grid gap-8 lg:grid-cols-[1fr_20rem]">
        <div>
          <p className="text-xl leading-relaxed font-medium">{property.summary}</p>
          <p className="mt-4 leading-relaxed whitespace-pre-line">{property.description}</p>
        </div>
        <dl className="grid content-start gap-4 rounded-2xl bg-sand-100 p-5">
          <Fact term={m.check_in()}>{m.check_in_from({ time: property.checkInFrom })}</Fact>
          <Fact term={m.check_out()}>{m.check_out_until({ time: property.checkOutUntil })}</Fact>
          <Fact term={m.amenities()}>{property.amenities.map(amenityName).join(", ")}</Fact>
          {property.goodToKnow && <Fact term={m.good_to_know()}>{property.goodToKnow}</Fact>}
        </dl>
      </div>
    </>
  );
}

function Fact({ term, children }: { term: string; children: string }) {
  return (
    <div>
      <dt className="text-sm font-bold">{term}</dt>
      <dd className="mt-0.5 whitespace-pre-line">{children}</dd>
    </div>
  );
}
