import { z } from "zod";
import { thrown, type Controls } from "../kit/controls.ts";
import type { Reply } from "../kit/serve.ts";
import { mustFind } from "./actions.ts";
import { MidtransFault, notFound } from "./answers.ts";
import { moveSchema } from "./browser.ts";
import { answer3ds, play } from "./pay.ts";
import { refund } from "./refund.ts";
import { refusal } from "./routes.ts";
import type { MidtransState } from "./state.ts";
import { settle } from "./transactions.ts";
import { view } from "./view.ts";

const challengeSchema = z.strictObject({ result: z.enum(["complete", "fail"]) });
const refundSchema = z.strictObject({ order_id: z.string(), amount: z.number().int().optional() });

/**
 * What a test does in the place of a guest or of the dashboard, JSON in and out: `pay` with a move of the page
 * (`{do:"card",card}`, `{do:"transfer"}` …), `challenge`, `settle` (the bank's late word, whatever the status), `refund`.
 */
export function midtransControls(state: MidtransState): Controls {
  const act = <T>(schema: z.ZodType<T>, run: (input: T, id: string) => object) =>
    thrown(schema, (input, id) => guarded(() => ({ body: state.store.atomically(() => run(input, id)) })));
  return {
    "/_test/orders/*/pay": act(moveSchema, (move, id) => {
      const order = state.orders.get(id);
      if (!order) throw notFound();
      return play(state, order, move);
    }),
    "/_test/orders/*/challenge": act(challengeSchema, ({ result }, id) => answer3ds(state, mustFind(state, id), result === "complete")),
    "/_test/orders/*/settle": act(z.strictObject({}), (_, id) => view(state, settle(state, mustFind(state, id)), "Success, transaction is found")),
    "/_test/refund": act(refundSchema, ({ order_id, ...part }) => view(state, refund(state, order_id, part, true), "Success, refund request is approved")),
  };
}

function guarded(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (error instanceof MidtransFault) return refusal(error);
    throw error;
  }
}
