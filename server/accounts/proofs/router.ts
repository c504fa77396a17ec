import { procedure, router } from "../../trpc.ts";
import { askCode } from "./ask-code.ts";
import { giveCode } from "./give-code.ts";
import { askCodeInput, askCodeOutput, giveCodeInput, giveCodeOutput } from "./schemas.ts";

export const proofsRouter = router({
  ask: procedure
    .input(askCodeInput)
    .output(askCodeOutput)
    .mutation(({ ctx, input }) => askCode(ctx, input)),
  give: procedure
    .input(giveCodeInput)
    .output(giveCodeOutput)
    .mutation(({ ctx, input }) => giveCode(ctx, input)),
});
