import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { TextField } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { Page } from "../../components/page.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { StayTable } from "../../components/stay-table.tsx";
import { addDays, formatDate } from "../../lib/dates.ts";
import { m } from "../../lib/i18n/compiled/messages.js";
import { paths } from "../../lib/paths.ts";
import { trpc } from "../../lib/trpc.ts";

const route = getRouteApi("/admin/$propertyId/today");

/** A property's day on its own calendar: who comes, who goes, who stays, what was booked. */
export function AdminToday() {
  const { propertyId } = route.useParams();
  const { date } = route.useSearch();
  const navigate = useNavigate();
  const { data: day, error, refetch } = useQuery({ ...trpc.admin.inventory.today.queryOptions({ propertyId, ...(date ? { date } : {}) }), refetchInterval: 30_000 });
  const go = (to: string | undefined) => void navigate(paths.adminToday(propertyId, to));
  return (
    <Page title={day ? formatDate(day.date) : m.admin_title()} width="wide">
      <ErrorNotice error={error}>
        <Button kind="secondary" onClick={() => void refetch()}>
          {m.try_again()}
        </Button>
      </ErrorNotice>
      {!day && !error && <Skeleton className="h-72" />}
      {day && (
        <div className="grid gap-8">
          <div className="flex flex-wrap items-end gap-3">
            <Button kind="secondary" onClick={() => go(addDays(day.date, -1))}>
              {m.day_before()}
            </Button>
            <TextField label={m.day()} type="date" value={day.date} onChange={(event) => event.target.value && go(event.target.value)} />
            <Button kind="secondary" onClick={() => go(addDays(day.date, 1))}>
              {m.day_after()}
            </Button>
            {date && (
              <Button kind="quiet" onClick={() => go(undefined)}>
                {m.today()}
              </Button>
            )}
          </div>
          {!day.whole && <Notice tone="warn" title={m.day_not_whole()} />}
          <StayTable title={m.arrivals()} rows={day.arrivals} currency={day.currency} emptyState={m.arrivals_empty()} />
          <StayTable title={m.departures()} rows={day.departures} currency={day.currency} emptyState={m.departures_empty()} />
          <StayTable title={m.in_house()} rows={day.inHouse} currency={day.currency} emptyState={m.in_house_empty()} />
          <StayTable title={m.booked_today()} rows={day.bookedToday} currency={day.currency} emptyState={m.booked_today_empty()} />
        </div>
      )}
    </Page>
  );
}
