import { queryOptions } from "@tanstack/react-query";
import { trpc } from "./trpc.ts";

export type OpenHold = { id: string; propertyName: string; checkIn: string; checkOut: string; holdExpiresAt: string; zone: string; waits: boolean; ofChange: boolean };

/** What this browser or account holds unpaid. Part of `bookings`, so that whatever changes a booking has it asked anew. */
export const openHoldsQuery = queryOptions({
  ...trpc.bookings.openHolds.queryOptions(),
  staleTime: 60_000,
  refetchOnWindowFocus: true,
  // When the first of them ends.
  refetchInterval: ({ state: { data } }) => {
    const ends = data?.holds[0]?.holdExpiresAt;
    return data && ends ? Math.max(2_000, Date.parse(ends) - Date.parse(data.now)) : false;
  },
});
