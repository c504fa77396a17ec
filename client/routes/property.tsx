import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { ChoiceSummary } from "../components/choice-summary.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { Notice } from "../components/notice.tsx";
import { OtherDates } from "../components/other-dates.tsx";
import { PropertyIntro } from "../components/property-intro.tsx";
import { RoomCard } from "../components/room-card.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { StayForm } from "../components/stay-form.tsx";
import { nextRoom, picksOf, readProducts, writeProducts } from "../lib/choice.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale } from "../lib/i18n/compiled/runtime.js";
import { peopleText } from "../lib/party-words.ts";
import { paths } from "../lib/paths.ts";
import { readStay, writeStay, type ChoiceSearch, type Stay } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { PropertyView } from "../lib/types.ts";

const route = getRouteApi("/hotels/$slug");

export function Property() {
  const { slug } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { data: property } = useSuspenseQuery(trpc.hotels.bySlug.queryOptions({ slug, locale: getLocale() }));
  const stay = readStay(search);
  return (
    <div className="mx-auto max-w-6xl px-4 py-8 sm:px-6">
      <title>{`${property.name} · Nightledger`}</title>
      <PropertyIntro property={property} />
      <section aria-labelledby="rooms" className="mt-12">
        <h2 id="rooms" className="text-2xl font-bold sm:text-3xl">
          {m.rooms_and_rates()}
        </h2>
        <div className="mt-5 rounded-2xl border border-sand-200 bg-white p-5">
          <StayForm
            key={JSON.stringify([search.in, search.out, search.rooms])}
            initial={search}
            onChange={(next) => void navigate({ ...paths.property(slug, next), resetScroll: false })}
          />
        </div>
        {stay ? <Rooms key={JSON.stringify(stay)} property={property} stay={stay} search={search} /> : <RoomTypes property={property} />}
      </section>
    </div>
  );
}

/** Without dates: what there is, and the hint to choose them. */
function RoomTypes({ property }: { property: PropertyView }) {
  return (
    <div className="mt-6 grid gap-5">
      <p className="text-soft">{m.choose_dates_first()}</p>
      {property.roomTypes.map((type) => (
        <RoomCard key={type.id} type={type} choice={undefined} />
      ))}
    </div>
  );
}

function Rooms({ property, stay, search }: { property: PropertyView; stay: Stay; search: ChoiceSearch }) {
  const navigate = useNavigate();
  const { data: availability, error, refetch } = useQuery(trpc.rooms.availability.queryOptions({ propertyId: property.id, ...stay }));
  const ids = readProducts(search.products, stay.rooms.length);
  const [active, setActive] = useState(nextRoom(ids) ?? 0);
  if (error) {
    return (
      <div className="mt-6">
        <ErrorNotice error={error}>
          <Button kind="secondary" onClick={() => void refetch()}>
            {m.try_again()}
          </Button>
        </ErrorNotice>
      </div>
    );
  }
  if (!availability) return <Skeleton className="mt-6 h-72" />;
  const picks = picksOf(ids, availability);
  const choose = (productId: number) => {
    const chosen = ids.map((id, room) => (room === active ? productId : picks[room] ? id : 0));
    setActive(nextRoom(chosen) ?? active);
    void navigate({ ...paths.property(property.slug, { ...search, products: writeProducts(chosen) }), replace: true, resetScroll: false });
  };
  const soldOut = availability.roomTypes.every((type) => type.left <= 0);
  const room = stay.rooms[active];
  return (
    <div className="mt-6 grid items-start gap-6 lg:grid-cols-[1fr_20rem]">
      <div className="grid gap-5">
        {soldOut && (
          <Notice tone="warn" title={m.property_sold_out()}>
            <OtherDates destinationId={property.destinationId} propertyId={property.id} stay={stay} linkTo={(other) => paths.property(property.slug, writeStay(other))} />
          </Notice>
        )}
        {stay.rooms.length > 1 && room && (
          <p role="status" className="text-lg font-semibold">
            {m.choosing_for({ number: active + 1, people: peopleText([room]) })}
          </p>
        )}
        {property.roomTypes.map((type) => (
          <RoomCard key={type.id} type={type} choice={{ availability, zone: property.zone, room: active, picks, onChoose: choose }} />
        ))}
      </div>
      {!soldOut && <ChoiceSummary property={property} stay={stay} currency={availability.currency} picks={picks} active={active} onActivate={setActive} />}
    </div>
  );
}
