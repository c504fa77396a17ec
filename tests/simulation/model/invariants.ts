import { draftNights } from "./draft.ts";
import type { Guest, Model, Night, State } from "./state.ts";

interface Invariant {
  name: string;
  /** `at rest`: only where no step of the app's own is left to make. */
  holds: "always" | "at rest";
  broken: (model: Model, state: State) => boolean;
}

/** How a guest's booking stands in a night's row. */
function claim(model: Model, state: State, guest: Guest, night: number): "" | "held" | "sold" {
  const inStay = guest.from <= night && night < guest.to;
  if (inStay && guest.state === "pending") return "held";
  if (inStay && guest.state === "confirmed" && guest.change !== "half") return "sold";
  return draftNights(model, state, guest).includes(night) ? "held" : "";
}

const shortfall = ({ physical, allowance, sold, held, blocked }: Night) => sold + held + blocked - physical - allowance;
const claims = (model: Model, state: State, night: number, of: "held" | "sold") => state.guests.filter((guest) => claim(model, state, guest, night) === of).length;
const some = (state: State, test: (guest: Guest) => boolean) => state.guests.some(test);
const isPaid = (guest: Guest) => guest.row !== "";

export const INVARIANTS: Invariant[] = [
  { name: "no step saw a promise broken", holds: "always", broken: (_, state) => some(state, (guest) => guest.wrong !== "") },
  { name: "one booking a request", holds: "always", broken: (_, state) => some(state, (guest) => guest.made > 1) },
  {
    name: "no night is sold to more guests than there are units",
    holds: "always",
    broken: (model, state) =>
      state.nights.some(({ allowance }, night) => claims(model, state, night, "held") + claims(model, state, night, "sold") > model.configuration.units + allowance),
  },
  {
    name: "sold + held + blocked never exceed physical + allowance + oversold, and nothing is below zero",
    holds: "always",
    broken: (_, state) => state.nights.some((night) => Object.values(night).some((count) => count < 0) || shortfall(night) > night.oversold),
  },
  {
    name: "oversold says what a channel or staff took beyond the units, and no more",
    holds: "always",
    broken: (_, state) => state.nights.some((night) => night.oversold > Math.max(0, shortfall(night)) || (night.oversold > 0 && state.channel !== "sold" && !state.staff.out)),
  },
  {
    name: "every live booking has its nights, every taken night its booking",
    holds: "always",
    broken(model, state) {
      const channel = state.channel === "sold" ? model.configuration.channel : undefined;
      return state.nights.some(
        ({ sold, held }, night) =>
          held !== claims(model, state, night, "held") || sold !== claims(model, state, night, "sold") + (channel && channel[0] <= night && night < channel[1] ? 1 : 0),
      );
    },
  },
  {
    name: "the sums of the audit equal the rows",
    holds: "at rest",
    broken: (_, state) => state.nights.some((night, index) => Object.values(night).join() !== Object.values(state.audit[index]!).join()),
  },
  { name: "money goes back once", holds: "always", broken: (_, state) => some(state, (guest) => guest.refunded > 1) },
  { name: "one confirmation, in effect", holds: "always", broken: (_, state) => some(state, (guest) => guest.mails > 1) },
  { name: "who bought is told", holds: "at rest", broken: (_, state) => some(state, (guest) => guest.sale !== guest.mails > 0) },
  {
    name: "no hold outlives its end",
    holds: "at rest",
    broken: (_, state) => some(state, (guest) => (guest.state === "pending" && guest.clock !== "live") || guest.change === "overdue"),
  },
  {
    name: "no hold lasts beyond the moment until which its stay can be sold",
    holds: "always",
    broken: (_, state) => state.saleEnded && some(state, (guest) => guest.state === "pending" && guest.clock === "live"),
  },
  {
    name: "no refund stands behind a dispute that is over",
    holds: "at rest",
    broken: (_, state) => some(state, (guest) => guest.refund === "requested" && guest.dispute !== "open"),
  },
  {
    name: "captured is what is due, and nothing stays authorised",
    holds: "at rest",
    broken: (_, state) =>
      some(state, (guest) => {
        if (!isPaid(guest)) return false;
        // With the bank it is nobody's; what was lost there a person knows of.
        if (guest.dispute === "open" || guest.dispute === "lost") return guest.refunded > 0;
        const kept = guest.provider === "captured" && guest.refunded === 0;
        return guest.provider === "authorised" || kept !== (guest.state === "confirmed") || (guest.refunded > 0 && guest.provider !== "captured");
      }),
  },
  { name: "our payment row says what the provider says", holds: "at rest", broken: (_, state) => some(state, (guest) => guest.row !== guest.provider) },
  {
    name: "nobody can pay for a booking that is over",
    holds: "at rest",
    broken: (_, state) => some(state, (guest) => (guest.provider === "created" || guest.provider === "denied") && guest.state !== "pending"),
  },
  {
    name: "a difference is kept only with its change",
    holds: "at rest",
    broken: (_, state) =>
      some(
        state,
        (guest) => guest.difference === "authorised" || (guest.difference === "captured") !== (guest.change === "done" && guest.state === "confirmed" && guest.difference !== ""),
      ),
  },
  {
    name: "a lock that has not run out is its owner's",
    holds: "always",
    broken: (_, state) => state.guests.some((guest, index) => guest.lock === "held" && state.lock !== index),
  },
  { name: "the cache never goes back", holds: "always", broken: (_, state) => state.cache.cached < state.cache.newest },
];

/** The first invariant that the state breaks. */
export function brokenBy(model: Model, state: State, atRest: boolean): string | undefined {
  const found = INVARIANTS.find(({ holds, broken }) => (atRest || holds === "always") && broken(model, state));
  if (!found) return undefined;
  const saw = state.guests.find((guest) => guest.wrong !== "")?.wrong;
  return saw === undefined ? found.name : `${found.name}: ${saw}`;
}
