import { procedure, router } from "../trpc.ts";
import { myPropertiesOutput, todayInput, todayOutput } from "./schemas.ts";
import { myProperties, today } from "./today.ts";

export const inventoryRouter = router({
  myProperties: procedure.output(myPropertiesOutput).query(({ ctx }) => myProperties(ctx)),
  today: procedure
    .input(todayInput)
    .output(todayOutput)
    .query(({ ctx, input }) => today(ctx, input)),
});
