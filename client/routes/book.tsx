import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass, Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { GuestForm, type GuestDetails } from "../components/guest-form.tsx";
import { NearestDates } from "../components/nearest-dates.tsx";
import { Notice } from "../components/notice.tsx";
import { HoldLinks } from "../components/hold-list.tsx";
import { Page } from "../components/page.tsx";
import { PolicyList } from "../components/policy-list.tsx";
import { PriceLines } from "../components/price-lines.tsx";
import { ProofDialog } from "../components/proof-dialog.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { StayDates } from "../components/stay-dates.tsx";
import { onlyAtProperty } from "../lib/booking-can.ts";
import { readProducts } from "../lib/choice.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale } from "../lib/i18n/compiled/runtime.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import { formatMoney } from "../lib/money.ts";
import { openHoldsQuery } from "../lib/open-holds.ts";
import { paths } from "../lib/paths.ts";
import { refusalOf } from "../lib/refusal.ts";
import { readStay, writeStay } from "../lib/search-params.ts";
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
  const { data: user, isPending, failureCount } = useQuery(sessionQuery);
  // Booking needs no account: who is signed in is waited for once, to fill in what is known.
  const askingUser = isPending && failureCount === 0;
  if (!request || ids.includes(0)) return <Navigate {...paths.property(slug, search)} replace />;
  return (
    <Page title={m.book_title({ property: property.name })} width="wide">
      {quote.data && !askingUser ? (
        <BookForm property={property} request={request} quote={quote.data} guest={{ name: user?.name ?? "", email: user?.email ?? "" }} />
      ) : quote.error ? (
        <ErrorNotice error={quote.error}>
          <NearestDates error={quote.error} slug={slug} search={search} />
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
  guest: { name: string; email: string };
}

function BookForm({ property, request, quote, guest }: Props) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  // The price that the guest has agreed to; another one is shown and agreed to anew, never just charged.
  const [agreed, setAgreed] = useState(quote.total);
  const changed = quote.total !== agreed;
  const intent = `hold:${property.slug}`;
  const hold = useMutation({
    ...trpc.bookings.hold.mutationOptions(),
    // What was refused was decided on a fresher view than ours: prices and availability are asked anew.
    onError: async (error) => {
      await queries.invalidateQueries({ queryKey: trpc.rooms.pathKey() });
      if (refusalOf(error)?.code === "HOLD_LIMIT") await queries.invalidateQueries({ queryKey: openHoldsQuery.queryKey });
    },
    onSuccess: async ({ bookingId }) => {
      intentDone(intent);
      void queries.invalidateQueries({ queryKey: openHoldsQuery.queryKey });
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
  const notice = changed ? (
    <Notice tone="warn" title={m.price_is_now({ total: formatMoney(quote.total, quote.currency) })} live>
      {m.price_was({ total: formatMoney(agreed, quote.currency) })}
    </Notice>
  ) : (
    <ErrorNotice error={hold.error}>
      <NearestDates error={hold.error} slug={property.slug} search={writeStay(request)} />
      <ProofDialog error={hold.error} email={hold.variables?.guest.email} onProven={() => hold.variables && hold.mutate(hold.variables)} />
      {code === "HOLD_LIMIT" && <HoldLinks />}
      {gone && (
        <Link {...paths.property(property.slug, writeStay(request))} className={buttonClass("secondary")}>
          {m.other_dates()}
        </Link>
      )}
    </ErrorNotice>
  );
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_24rem]">
      <Card title={m.your_details()}>
        <GuestForm
          initial={guest}
          country={property.country}
          loading={hold.isPending}
          submitText={changed ? m.accept_and_hold({ total: formatMoney(quote.total, quote.currency) }) : m.hold_rooms({ count: request.rooms.length })}
          notice={notice}
          onSubmit={submit}
        />
      </Card>
      <div className="grid gap-6">
        <Card title={m.your_stay()}>
          <StayDates checkIn={request.checkIn} checkOut={request.checkOut} from={property.checkInFrom} until={property.checkOutUntil} />
        </Card>
        <Card title={m.price()}>
          <PriceLines {...quote} payment={onlyAtProperty(quote.paymentMethods) ? "property" : undefined} />
        </Card>
        <Card title={m.cancellation()}>
          <PolicyList stays={quote.stays} currency={quote.currency} />
        </Card>
      </div>
    </div>
  );
}
