import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { TextField } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { Page } from "../../components/page.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StayTable } from "../../components/stay-table.tsx";
import { addDays, formatDate, isDate } from "../../lib/dates.ts";
import { m } from "../../lib/i18n/compiled/messages.js";
import { paths } from "../../lib/paths.ts";
import { trpc } from "../../lib/trpc.ts";

const route = getRouteApi("/admin/$propertyId/today");

/** A property's day on its own calendar: who comes, who goes, who stays, what was booked. */
export function AdminToday() {
  const { propertyId } = route.useParams();
  // Another property starts empty: nobody's arrivals stand under its name while it loads.
  return <Day key={propertyId} propertyId={propertyId} />;
}

function Day({ propertyId }: { propertyId: string }) {
  const { date } = route.useSearch();
  const {
    data: day,
    error,
    refetch,
    isPlaceholderData,
  } = useQuery({
    ...trpc.admin.inventory.today.queryOptions({ propertyId, ...(date ? { date } : {}) }),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={day ? formatDate(day.date) : m.admin_title()} width="wide">
      <div className="grid gap-8">
        <DayPicker propertyId={propertyId} shown={date ?? day?.date} />
        <ErrorNotice error={error}>
          <Button kind="secondary" onClick={() => void refetch()}>
            {m.try_again()}
          </Button>
        </ErrorNotice>
        {!day && !error && <Skeleton className="h-72" />}
        {day && (
          <div className="grid gap-8 aria-busy:opacity-60" aria-busy={isPlaceholderData}>
            {!day.whole && <Notice tone="warn" title={m.day_not_whole()} />}
            <StayTable title={m.arrivals()} rows={day.arrivals} currency={day.currency} emptyState={m.arrivals_empty()} />
            <StayTable title={m.departures()} rows={day.departures} currency={day.currency} emptyState={m.departures_empty()} />
            <StayTable title={m.in_house()} rows={day.inHouse} currency={day.currency} emptyState={m.in_house_empty()} />
            <StayTable title={m.booked_today()} rows={day.bookedToday} currency={day.currency} emptyState={m.booked_today_empty()} />
          </div>
        )}
      </div>
    </Page>
  );
}

/** Stands while days load, so that the keyboard stays where it is. */
function DayPicker({ propertyId, shown }: { propertyId: string; shown: string | undefined }) {
  const navigate = useNavigate();
  // What is being typed, which on its way is no date, or one that nobody meant.
  const [typed, setTyped] = useState<string>();
  const go = (to: string | undefined) => void navigate(paths.adminToday(propertyId, to));
  const type = (value: string) => {
    setTyped(value);
    if (isDate(value)) void navigate({ ...paths.adminToday(propertyId, value), replace: true });
  };
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Button kind="secondary" onClick={() => shown && go(addDays(shown, -1))}>
        {m.day_before()}
      </Button>
      <TextField label={m.day()} type="date" value={typed ?? shown ?? ""} onChange={(event) => type(event.target.value)} onBlur={() => setTyped(undefined)} />
      <Button kind="secondary" onClick={() => shown && go(addDays(shown, 1))}>
        {m.day_after()}
      </Button>
      <Button kind="quiet" onClick={() => go(undefined)}>
        {m.today()}
      </Button>
    </div>
  );
}
