import { FAULTS, UNTIL_THE_END, type Fault, type FaultName } from "./faults.ts";
import { OPERATIONS, type OperationName } from "./operations.ts";
import { randomOf } from "./random.ts";

/** Steps that go out at once, and the fault that falls among them. */
export interface Volley {
  steps: { index: number; operation: OperationName }[];
  fault?: {
    name: FaultName;
    /** Its own place, for its own draws. */
    place: number;
    /** Milliseconds after the volley's beginning. */
    afterMs: number;
    /** For so many more volleys, where it is one that lasts. */
    volleys: number;
  };
}

const FAULT_CHANCE = 0.75;
/** Above every step's index, so that faults and steps never share draws. */
const FAULT_PLACES = 1_000_000;
/** Faults that wait for their calls come in the first part of a run: later there may be none. */
const EARLY = 0.6;
/** Turned by it, a deck shows each of its places about as often, after however many turns. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The whole run, as the seed alone decides it. */
export function planOf(seed: number, operations: number, faults: readonly FaultName[]): Volley[] {
  const random = randomOf(seed);
  const operationWeights = Object.fromEntries(Object.entries(OPERATIONS).map(([name, { weight }]) => [name, weight])) as Record<OperationName, number>;
  const volleys: Volley[] = [];
  const drawn: { volley: Volley; fault: Omit<NonNullable<Volley["fault"]>, "name"> }[] = [];
  for (let index = 0; index < operations;) {
    const size = Math.min(random.int(1, 8), operations - index);
    const volley: Volley = { steps: Array.from({ length: size }, () => ({ index: index++, operation: random.weighted(operationWeights) })) };
    volleys.push(volley);
    if (random.chance(FAULT_CHANCE)) drawn.push({ volley, fault: { place: FAULT_PLACES + index, afterMs: random.int(0, 150), volleys: random.int(0, 4) } });
  }
  if (faults.length === 0) return volleys;
  const names = deal(seed, drawn.length, deckOf(faults))
    .map((name) => ({ name, at: random.next() * (waits(name) ? EARLY : 1) }))
    .toSorted((a, b) => a.at - b.at);
  for (const [index, { volley, fault }] of drawn.entries()) volley.fault = { name: names[index]!.name, ...fault };
  return volleys;
}

function waits(name: FaultName): boolean {
  const { least }: Fault = FAULTS[name];
  return least === UNTIL_THE_END;
}

/** Neighbours of the deck, from where the seed has turned it to: so that few seeds begin every kind, and each kind as often as it has cards. */
function deal(seed: number, howMany: number, deck: readonly FaultName[]): FaultName[] {
  const from = Math.floor(deck.length * ((seed * GOLDEN) % 1));
  return Array.from({ length: howMany }, (_, index) => deck[(from + index) % deck.length]!);
}

/** The cards of a kind are as far apart as they can be. */
function deckOf(faults: readonly FaultName[]): FaultName[] {
  const cards = faults.flatMap((name, index) => {
    const { cards: own = 1 }: Fault = FAULTS[name];
    return Array.from({ length: own }, (_, card) => ({ name, at: (card + index / faults.length) / own }));
  });
  return cards.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
}
