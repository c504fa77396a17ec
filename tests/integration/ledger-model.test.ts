import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancel, closeHold, hold, startPayment } from "../../server/bookings/index.ts";
import type { HoldInput } from "../../server/bookings/schemas.ts";
import { isDomainError } from "../../server/errors.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { inGroups } from "../../server/platform/together.ts";
import { transact } from "../../server/platform/transact.ts";
import { moveNights } from "../../server/rooms/index.ts";
import { changeStay, expectAudited, ledgerOf, stateOf, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, SYSTEM, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, FIRST_NIGHT, type World } from "../helpers/world.ts";
import { LARGE } from "../simulation/model/configurations.ts";
import { explore } from "../simulation/model/explore.ts";
import { needs, type Need } from "../simulation/model/ledger.ts";
import { initial, type Configuration, type Delta, type Model, type Span, type State } from "../simulation/model/state.ts";
import { act, canAct, type Action } from "../simulation/model/verbs.ts";

// The product on real Postgres beside the model of `tests/simulation/model/`: the same actions, one by one and two at
// once, must get the same answers and leave the same rows. A failing run prints its seed, path and replayPath; to
// repeat it: REPLAY="<seed> <path> <replayPath>" npx vitest run --project integration tests/integration/ledger-model.test.ts

const NIGHTS = 4;
const GUESTS = 6;
/** As the property's `hold_minutes`. */
const HOLD_MS = 15 * 60_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(async () => {
  await expectAudited(database.db);
  await database.drop();
});

/** One client, with the one request that it sends however often. */
interface Client {
  ctx: TestContext;
  wanted: HoldInput;
  held?: Awaited<ReturnType<typeof hold>>;
}

interface Product {
  ctx: TestContext;
  world: World;
  clients: Client[];
}

interface Expected {
  model: Model;
  state: State;
}

async function doIt({ ctx, world, clients }: Product, action: Action): Promise<string> {
  switch (action.do) {
    case "let holds run out":
      await ctx.advance(HOLD_MS);
      return "later";
    case "move": {
      const moves = action.nights.map(({ night, ...delta }) => ({ ...delta, roomTypeId: world.roomTypeId, date: addDays(FIRST_NIGHT, night) }));
      const cause = { reason: action.why, actor: "job:test", force: action.force };
      return (await transact(database.db, (tx) => moveNights(tx, moves, cause))) ? "moved" : "refused";
    }
    case "hold": {
      const client = clients[action.guest]!;
      const held = await hold(client.ctx, client.wanted);
      client.held ??= held;
      expect(held, "a repeated request gets its first answer").toEqual(client.held);
      return "held";
    }
    case "change": {
      const { ctx: guest, held } = clients[action.guest]!;
      const [checkIn, checkOut] = action.to.map((night) => addDays(FIRST_NIGHT, night));
      const ask = async () => (await changeStay(guest, held!.bookingId, { checkIn: checkIn!, checkOut: checkOut! })).status;
      // Changed by a twin since it was quoted: the guest agrees to the new price.
      return ask().catch((error: unknown) => {
        if (isDomainError(error, "PRICE_CHANGED")) return ask();
        throw error;
      });
    }
    default: {
      const client = clients[action.guest]!;
      const request = { bookingId: client.held!.bookingId, idempotencyKey: newId() };
      if (action.do === "pay") return (await startPayment(client.ctx, { ...request, method: "property" })).status;
      if (action.do === "cancel") return (await cancel(client.ctx, { ...request, expectedFee: 0 })).state;
      return closeHold(ctx.as(SYSTEM), client.held!.bookingId);
    }
  }
}

/** The answer, or the refusal's code. */
async function outcomeOf(work: Promise<string>): Promise<string> {
  try {
    return await work;
  } catch (error) {
    if (isDomainError(error)) return error.code;
    throw error;
  }
}

/** What there is to compare: the rows of the nights, and the bookings' states. */
async function rowsOf({ world, clients }: Product) {
  const [nights, states] = await Promise.all([
    ledgerOf(database.db, world.roomTypeId),
    Promise.all(clients.map(async ({ held }) => (held ? (await stateOf(database.db, held.bookingId)).join() : ""))),
  ]);
  return { nights: nights.map(({ physical, allowance, sold, held, blocked, oversold }) => ({ physical, allowance, sold, held, blocked, oversold })), states };
}

const rowsExpected = ({ nights, guests }: State) => ({ nights, states: guests.map(({ state }) => state) });

/**
 * Between a hold's two tries there is room for a whole action of somebody else's, and then it lets overdue holds go that
 * it would have needed no more. Those that the actions themselves are about end by these.
 */
function withoutOverdue({ model, state }: Expected, actions: readonly Action[]): State {
  const others = [...state.guests.keys()].filter((guest) => state.guests[guest]!.made > 0 && !actions.some((action) => "guest" in action && action.guest === guest));
  return others.reduce((at, guest) => act(model, at, { do: "end the hold of", guest }).state, state);
}

/** One action, or two that are sent at once: then the product must have done them in one order or the other. */
class Actions implements fc.AsyncCommand<Expected, Product> {
  readonly actions: Action[];
  constructor(...actions: Action[]) {
    this.actions = actions;
  }

  orders(): Action[][] {
    return this.actions.length === 1 ? [this.actions] : [this.actions, this.actions.toReversed()];
  }

  check({ model, state }: Readonly<Expected>): boolean {
    return this.orders().every((order) => {
      let at = state;
      return order.every((action) => canAct(state, action) && canAct(at, action) && (at = act(model, at, action).state));
    });
  }

  async run(expected: Expected, product: Product): Promise<void> {
    const outcomes = await Promise.all(this.actions.map((action) => outcomeOf(doIt(product, action))));
    const starts = this.actions.length === 1 ? [expected.state] : [expected.state, withoutOverdue(expected, this.actions)];
    const could = starts
      .flatMap((start) => this.orders().map((order) => ({ start, order })))
      .map(({ start, order }) => {
        let state = start;
        const said = new Map<Action, string>();
        for (const action of order) {
          const done = act(expected.model, state, action);
          said.set(action, done.outcome);
          ({ state } = done);
        }
        return { wanted: { outcomes: this.actions.map((action) => said.get(action)), ...rowsExpected(state) }, state };
      });
    const is = { outcomes, ...(await rowsOf(product)) };
    const match = could.find(({ wanted }) => JSON.stringify(wanted) === JSON.stringify(is)) ?? could[0]!;
    expect(is).toEqual(match.wanted);
    expected.state = match.state;
  }

  toString(): string {
    return this.actions.map((action) => JSON.stringify(action)).join(" with ");
  }
}

const span = fc.tuple(fc.nat(NIGHTS - 1), fc.integer({ min: 1, max: NIGHTS })).map(([from, length]): Span => [from, Math.min(NIGHTS, from + length)]);
const moveOf = (why: "channel" | "block" | "adjust", delta: Delta, force: boolean) =>
  span.map((nights): Action => ({ do: "move", why, nights: needs(nights, delta) satisfies Need[], force }));
const verbOf = (verb: "hold" | "pay" | "cancel" | "end the hold of") => fc.nat(GUESTS - 1).map((guest): Action => ({ do: verb, guest }));

const action = fc.oneof(
  { weight: 6, arbitrary: verbOf("hold") },
  { weight: 3, arbitrary: verbOf("pay") },
  { weight: 3, arbitrary: verbOf("cancel") },
  { weight: 2, arbitrary: verbOf("end the hold of") },
  { weight: 3, arbitrary: fc.tuple(fc.nat(GUESTS - 1), span).map(([guest, to]): Action => ({ do: "change", guest, to })) },
  moveOf("channel", { sold: 1 }, true),
  moveOf("block", { blocked: 1 }, false),
  moveOf("block", { blocked: -1 }, false),
  moveOf("adjust", { physical: -1 }, true),
  moveOf("adjust", { physical: -1 }, false),
  moveOf("adjust", { physical: 1 }, false),
  moveOf("adjust", { allowance: 1 }, false),
  moveOf("adjust", { allowance: -1 }, false),
);
const one = action.map((only) => new Actions(only));
const pair = fc.tuple(action, action).map(([a, b]) => new Actions(a, b));
const twins = verbOf("hold").map((twin) => new Actions(twin, { ...twin }));
const later = fc.constant(new Actions({ do: "let holds run out" }));

test("the product answers and writes what the model does", async () => {
  const [seed, path, replayPath] = (process.env["REPLAY"] ?? "").split(" ");
  await fc.assert(
    fc.asyncProperty(
      fc.record({ units: fc.integer({ min: 1, max: 3 }), stays: fc.array(span, { minLength: GUESTS, maxLength: GUESTS }), grouped: fc.boolean() }),
      fc.commands([one, one, pair, twins, later], { maxCommands: 40, ...(replayPath && { replayPath }) }),
      async ({ units, stays, grouped }, commands) => {
        const ctx = makeContext(database, grouped ? { together: inGroups() } : {});
        const world = await createProperty(database.db, { rooms: [{ units }], days: NIGHTS, property: { holdMinutes: HOLD_MS / 60_000 } });
        const clients = await Promise.all(
          stays.map(async ([from, to]): Promise<Client> => {
            const guest = ctx.as(anonymous());
            return { ctx: guest, wanted: await wish(guest, world, { checkIn: addDays(FIRST_NIGHT, from), nights: to - from }) };
          }),
        );
        const configuration: Configuration = { units, nights: NIGHTS, crashes: false, guests: stays.map((stay) => ({ stay, pays: "property", cancels: true, repeats: true })) };
        const model: Model = { configuration, without: undefined };
        await fc.asyncModelRun(() => ({ model: { model, state: initial(configuration) }, real: { ctx, world, clients } }), commands);
        await expectAudited(database.db);
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 18_000, ...(seed && path && { seed: Number(seed), path }) },
  );
});

describe.each(Object.keys(LARGE) as (keyof typeof LARGE)[])("%s", (name) => {
  test("every promise is kept in every state that can be reached", async ({ annotate }) => {
    const { states, broken } = explore(LARGE[name]);
    await annotate(`${states} states`);
    expect(broken).toBeUndefined();
  });
});
