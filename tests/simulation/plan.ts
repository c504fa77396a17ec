import { FAULTS, type FaultName } from "./faults.ts";
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

/** The whole run, as the seed alone decides it. */
export function planOf(seed: number, operations: number, faults: readonly FaultName[]): Volley[] {
  const random = randomOf(seed);
  const weights = Object.fromEntries(faults.map((name) => [name, FAULTS[name].weight])) as Record<FaultName, number>;
  const operationWeights = Object.fromEntries(Object.entries(OPERATIONS).map(([name, { weight }]) => [name, weight])) as Record<OperationName, number>;
  const volleys: Volley[] = [];
  for (let index = 0; index < operations;) {
    const size = Math.min(random.int(1, 8), operations - index);
    const steps = Array.from({ length: size }, () => ({ index: index++, operation: random.weighted(operationWeights) }));
    const fault = faults.length > 0 &&
      random.chance(FAULT_CHANCE) && {
        name: random.weighted(weights),
        place: FAULT_PLACES + index,
        afterMs: random.int(0, 150),
        volleys: random.int(0, 4),
      };
    volleys.push({ steps, ...(fault && { fault }) });
  }
  return volleys;
}
