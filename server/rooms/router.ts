import { procedure, router } from "../trpc.ts";
import { availability } from "./availability.ts";
import { quote } from "./quote.ts";
import { availabilityInput, availabilityOutput, quoteInput, quoteOutput } from "./schemas.ts";

export const roomsRouter = router({
  availability: procedure
    .input(availabilityInput)
    .output(availabilityOutput)
    .query(({ ctx, input }) => availability(ctx, input)),
  quote: procedure
    .input(quoteInput)
    .output(quoteOutput)
    .query(({ ctx, input }) => quote(ctx, input)),
});
