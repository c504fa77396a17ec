import { procedure, router } from "../trpc.ts";
import { z } from "zod";
import { calendar } from "./calendar.ts";
import { destinations } from "./destinations.ts";
import { hotels } from "./hotels.ts";
import { calendarInput, calendarOutput, destinationOutput, destinationsInput, hotelsInput, hotelsOutput } from "./schemas.ts";

export const searchRouter = router({
  destinations: procedure
    .input(destinationsInput)
    .output(z.array(destinationOutput))
    .query(({ ctx, input }) => destinations(ctx, input)),
  hotels: procedure
    .input(hotelsInput)
    .output(hotelsOutput)
    .query(({ ctx, input }) => hotels(ctx, input)),
  calendar: procedure
    .input(calendarInput)
    .output(calendarOutput)
    .query(({ ctx, input }) => calendar(ctx, input)),
});
