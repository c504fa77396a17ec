// The public face of the rooms service.
export { writeAvailability } from "./cache.ts";
export { productsByIds, rateNightsOf } from "./facts.ts";
export { moveNights, type MovedNight, type NightMove } from "./ledger.ts";
export { withNightLocks } from "./lock.ts";
export { feeAt, feeChangesAt } from "./price.ts";
export { methodsFor, quoteFrom } from "./quote.ts";
