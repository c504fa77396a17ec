import { follow } from "./events.ts";
import { addTo, move, needs } from "./ledger.ts";
import { staffSteps } from "./staff.ts";
import { stands } from "./state.ts";
import type { WorldStep } from "./step.ts";

/** The channel, what was written apart from its cause (only without its guard), and the cache's writes after each move. */
export const worldSteps: WorldStep[] = [
  {
    name: "the channel sells",
    by: "world",
    when: ({ configuration }, state) => configuration.channel !== undefined && state.channel === "",
    does(model, state) {
      move(model, state, needs(model.configuration.channel!, { sold: 1 }), { force: true });
      state.channel = "sold";
    },
  },
  {
    name: "the channel cancels",
    by: "world",
    when: ({ configuration }, state) => configuration.channelCancels === true && state.channel === "sold",
    does(model, state) {
      move(model, state, needs(model.configuration.channel!, { sold: -1 }));
      state.channel = "cancelled";
    },
  },
  ...staffSteps,
  {
    name: "the stays can't be sold any more",
    by: "world",
    when: ({ configuration }, state) => configuration.saleEnds === true && !state.saleEnded,
    does(model, state) {
      state.saleEnded = true;
      const bounded = stands(model, "a hold lasts no longer than its stay can be sold");
      for (const guest of state.guests) {
        if (guest.state === "pending" && guest.clock === "live" && (bounded || !guest.extended)) guest.clock = "overdue";
      }
    },
  },
  {
    name: "an audit entry follows its move",
    by: "app",
    when: (_, state) => state.unaudited.length > 0,
    does(_, state) {
      const { night, delta } = state.unaudited.shift()!;
      addTo(state.audit[night]!, delta);
    },
  },
  {
    name: "an audit entry is lost with its process",
    by: "crash",
    when: ({ configuration }, state) => configuration.crashes && state.unaudited.length > 0,
    does: (_, state) => void state.unaudited.shift(),
  },
  {
    name: "an event follows its cause",
    by: "app",
    when: (_, state) => state.unsent.length > 0,
    does(_, state) {
      const { guest, event } = state.unsent.shift()!;
      follow(state.guests[guest]!, event);
    },
  },
  {
    name: "an event is lost with its process",
    by: "crash",
    when: ({ configuration }, state) => configuration.crashes && state.unsent.length > 0,
    does: (_, state) => void state.unsent.shift(),
  },
  ...[0, 1].map((index): WorldStep => ({
    name: index === 0 ? "the oldest write reaches the cache" : "a later write reaches the cache first",
    by: "app",
    when: (_, state) => state.cache.writes.length > index,
    does(model, { cache }) {
      const [version] = cache.writes.splice(index, 1);
      cache.cached = stands(model, "the newest version stays cached") ? Math.max(cache.cached, version!) : version!;
      cache.newest = Math.max(cache.newest, version!);
    },
  })),
  {
    name: "a write to the cache is lost",
    by: "crash",
    when: ({ configuration }, state) => configuration.crashes && state.cache.writes.length > 0,
    does: (_, state) => void state.cache.writes.shift(),
  },
];
