import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass, Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { GuestForm, type GuestDetails } from "../components/guest-form.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { PolicyList } from "../components/policy-list.tsx";
import { PriceLines } from "../components/price-lines.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { StayDates } from "../components/stay-dates.tsx";
import { readProducts } from "../lib/choice.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale } from "../lib/i18n/compiled/runtime.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import { formatMoney } from "../lib/money.ts";
import { paths } from "../lib/paths.ts";
import { refusalOf } from "../lib/refusal.ts";
import { readStay } from "../lib/search-params.ts";
import { sessionQuery } from "../lib/session.ts";
import { trpc } from "../lib/trpc.ts";
import type { PropertyView, Quote } from "../lib/types.ts";

const route = getRouteApi("/hotels/$slug/book");

export function Book() {
  const { slug } = route.useParams();
  const search = route.useSearch();
  const stay = readStay(search);
  const { data: property } = useSuspenseQuery(trpc.hotels.bySlug.queryOptions({ slug, locale: getLocale() }));
  const ids = readProducts(search.products, stay?.rooms.length ?? 1);
  const request = stay && {
    propertyId: property.id,
    checkIn: stay.checkIn,
    checkOut: stay.checkOut,
    rooms: stay.rooms.map((room, index) => ({ ...room, productId: ids[index] ?? 0 })),
  };
  const quote = useQuery({ ...trpc.rooms.quote.queryOptions(request ?? { propertyId: property.id, checkIn: "", checkOut: "", rooms: [] }), enabled: request !== undefined });
  const { data: user, isPending: askingUser } = useQuery(sessionQuery);
  if (!request || ids.includes(0)) return <Navigate {...paths.property(slug, search)} replace />;
  return (
    <Page title={m.book_title({ property: property.name })} width="wide">
      {quote.data && !askingUser ? (
        <BookForm key={user?.id} property={property} request={request} quote={quote.data} refetch={() => void quote.refetch()} guest={{ name: user?.name ?? "", email: user?.email ?? "" }} />
      ) : quote.error ? (
        <ErrorNotice error={quote.error}>
          <Link {...paths.property(slug, search)} className={buttonClass()}>
            {m.other_dates()}
          </Link>
          <Button kind="secondary" onClick={() => void quote.refetch()}>
            {m.try_again()}
          </Button>
        </ErrorNotice>
      ) : (
        <Skeleton className="h-96" />
      )}
    </Page>
  );
}

interface Props {
  property: PropertyView;
  request: { propertyId: string; checkIn: string; checkOut: string; rooms: { adults: number; childAges: number[]; productId: number }[] };
  quote: Quote;
  refetch: () => void;
  guest: { name: string; email: string };
}

function BookForm({ property, request, quote, refetch, guest }: Props) {
  const navigate = useNavigate();
  // The price that the guest has agreed to; another one is shown and agreed to anew, never just charged.
  const [agreed, setAgreed] = useState(quote.total);
  const changed = quote.total !== agreed;
  const intent = `hold:${property.slug}`;
  const hold = useMutation({
    ...trpc.bookings.hold.mutationOptions(),
    onError: (error) => {
      if (refusalOf(error)?.code === "PRICE_CHANGED") refetch();
    },
    onSuccess: async ({ bookingId }) => {
      intentDone(intent);
      await navigate({ ...paths.checkout(bookingId), replace: true });
    },
  });
  const submit = ({ notes, ...person }: GuestDetails) => {
    setAgreed(quote.total);
    const body = { ...request, quoteHash: quote.hash, guest: person, notes, locale: getLocale() };
    hold.mutate({ ...body, idempotencyKey: intentKey(intent, body) });
  };
  const code = refusalOf(hold.error)?.code;
  const gone = code === "SOLD_OUT" || code === "RESTRICTED";
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_24rem]">
      <div className="grid gap-6">
        {changed && (
          <Notice tone="warn" title={m.price_is_now({ total: formatMoney(quote.total, quote.currency) })} live>
            {m.price_was({ total: formatMoney(agreed, quote.currency) })}
          </Notice>
        )}
        {hold.error && code !== "PRICE_CHANGED" && (
          <ErrorNotice error={hold.error}>
            {gone && (
              <Link {...paths.property(property.slug, { in: request.checkIn, out: request.checkOut })} className={buttonClass()}>
                {m.other_dates()}
              </Link>
            )}
          </ErrorNotice>
        )}
        <Card title={m.your_details()}>
          <GuestForm initial={guest} loading={hold.isPending} submitText={changed ? m.accept_and_hold({ total: formatMoney(quote.total, quote.currency) }) : m.hold_rooms({ count: request.rooms.length })} onSubmit={submit} />
        </Card>
      </div>
      <div className="grid gap-6">
        <Card title={m.your_stay()}>
          <StayDates checkIn={request.checkIn} checkOut={request.checkOut} from={property.checkInFrom} until={property.checkOutUntil} />
        </Card>
        <Card title={m.price()}>
          <PriceLines {...quote} />
        </Card>
        <Card title={m.cancellation()}>
          <PolicyList stays={quote.stays} currency={quote.currency} />
        </Card>
      </div>
    </div>
  );
}
