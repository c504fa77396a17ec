import { procedure, router } from "../trpc.ts";
import { bySlug } from "./by-slug.ts";
import { bySlugInput, propertyOutput } from "./schemas.ts";

export const hotelsRouter = router({
  bySlug: procedure
    .input(bySlugInput)
    .output(propertyOutput)
    .query(({ ctx, input }) => bySlug(ctx, input)),
});
