import { z } from "zod";
import { procedure, router } from "../trpc.ts";
import { calendar } from "./calendar.ts";
import { destinations } from "./destinations.ts";
import { hotels, type HotelsPage } from "./hotels.ts";
import { otherDates } from "./other-dates.ts";
import { calendarInput, calendarOutput, destinationOutput, destinationsInput, hotelsInput, otherDatesInput, otherDatesOutput } from "./schemas.ts";

export const searchRouter = router({
  destinations: procedure
    .input(destinationsInput)
    .output(z.array(destinationOutput))
    .query(({ ctx, input }) => destinations(ctx, input)),
  hotels: procedure
    .input(hotelsInput)
    // Checked when it is made, not again with every hit of the cache: that would cost as much as the hit.
    .output(z.custom<HotelsPage>())
    .query(({ ctx, input }) => hotels(ctx, input)),
  otherDates: procedure
    .input(otherDatesInput)
    .output(otherDatesOutput)
    .query(({ ctx, input }) => otherDates(ctx, input)),
  calendar: procedure
    .input(calendarInput)
    .output(calendarOutput)
    .query(({ ctx, input }) => calendar(ctx, input)),
});
