import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useState, type ComponentType } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { openHoldsQuery } from "../lib/open-holds.ts";
import { sessionQuery } from "../lib/session.ts";
import type { HoldListProps } from "./hold-list.tsx";

/** On every page: what this guest holds unpaid. The list itself comes only to those who hold something. */
export function OpenHolds() {
  // Behind the session's question: that one gives a new browser its cookie.
  const { isFetched } = useQuery(sessionQuery);
  const { data, refetch } = useQuery({ ...openHoldsQuery, enabled: isFetched });
  const [news, setNews] = useState("");
  const [List, setList] = useState<ComponentType<HoldListProps>>();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const paidOn = useRouterState({ select: ({ location }) => (location.search as { bookingId?: string }).bookingId });
  const any = data !== undefined && data.holds.length > 0;
  // On another page more may be known of a payment. A list that doesn't come is tried again there too.
  useEffect(() => {
    if (!any) return;
    void refetch();
    import("./hold-list.tsx").then(
      ({ HoldList }) => setList(() => HoldList),
      () => {},
    );
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [any, path, refetch]);
  // A hold's own pages say it themselves, and a change's.
  const shown = data?.holds.filter(({ id, ofChange }) => !path.startsWith(`/${ofChange ? "trips" : "checkout"}/${id}`) && id !== paidOn) ?? [];
  return (
    <>
      <p role="status" className="sr-only">
        {news}
      </p>
      {List && data && shown.length > 0 && <List holds={shown} now={data.now} onGivenBack={(property) => setNews(m.hold_given_back({ property }))} />}
    </>
  );
}
