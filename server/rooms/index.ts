// The public face of the rooms service.
export { stockOf, writeAvailability } from "./cache.ts";
export { productsByIds, byProduct, productsNow, rateNightsOf, rateNightsOfSpans, roomTypesOf, type ProductFacts } from "./facts.ts";
export { giveBackNights, lockNights, moveLocked, moveNights, moveTogether, type LockedNight, type MovedNight, type NightMove } from "./ledger.ts";
export { lockStays, roomBusy, withNightLocks } from "./lock.ts";
export { nearestDates } from "./nearest.ts";
export { feeAt, feeChangesAt, freeUntil } from "./price.ts";
export { methodsFor, methodsTaking, quoteEnd, quoteFrom, quoteIn } from "./quote.ts";
