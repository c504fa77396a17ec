/**
 * What keeps the ledger and the saga true, by name: each is taken out of the model in turn, and the explorer must
 * then find what goes wrong. `file` is where the product has it, `shows` the configuration that catches its absence.
 */
export const GUARDS = {
  "a take checks what is free": { file: "server/rooms/ledger.ts", shows: "two guests, one unit" },
  "all nights or none": { file: "server/rooms/ledger.ts", shows: "two guests, one unit" },
  "the audit is written with the move": { file: "server/rooms/ledger.ts", shows: "two guests, one unit" },
  "oversold falls with every freeing move": { file: "server/rooms/ledger.ts", shows: "a channel sells too" },
  "the booking is locked before its state is read": { file: "server/bookings/access.ts", shows: "two guests, one unit" },
  "a cancelled booking can't be cancelled": { file: "server/bookings/cancel.ts", shows: "two guests, one unit" },
  "the hold's end is judged anew": { file: "server/bookings/expire.ts", shows: "two guests, one unit" },
  "overdue holds refuse nobody": { file: "server/bookings/take.ts", shows: "two guests, one unit" },
  "the answer is stored with its effect": { file: "server/platform/idempotency.ts", shows: "a request repeated" },
  "a refusal is not stored": { file: "server/bookings/take.ts", shows: "a request repeated" },
  "events are written with their cause": { file: "server/platform/outbox.ts", shows: "paid online" },
  "events are marked after they are published": { file: "jobs/outbox.ts", shows: "paid online" },
  "a message has one row": { file: "server/notifications/deliver.ts", shows: "paid online" },
  "the page is closed before the nights go": { file: "server/bookings/close-hold.ts", shows: "paid online" },
  "the page is closed after the booking ended": { file: "jobs/close-pages.ts", shows: "paid online" },
  "late money takes the nights again or goes back": { file: "server/bookings/apply-view.ts", shows: "paid late, rival" },
  "late money lets overdue holds go first": { file: "server/bookings/apply-view.ts", shows: "paid late, rival" },
  "money that isn't due goes back": { file: "server/bookings/balance.ts", shows: "paid online" },
  "a refund is a row before it is a call": { file: "server/bookings/balance.ts", shows: "paid online" },
  "a hold lasts no longer than its stay can be sold": { file: "server/bookings/apply-view.ts", shows: "a slow method, and the end of sale" },
  "a stay that can't begin any more is not sold": { file: "server/bookings/apply-view.ts", shows: "a slow method, and the end of sale" },
  "a refund waits for the end of its dispute": { file: "server/bookings/balance.ts", shows: "a dispute" },
  "money lost by a dispute is gone": { file: "server/bookings/balance.ts", shows: "a dispute" },
  "a gift is not taken back": { file: "server/bookings/balance.ts", shows: "a gift, and a fee" },
  "a view that was overtaken is read again": { file: "server/bookings/settle.ts", shows: "paid online" },
  "the sweep asks the provider": { file: "jobs/tick.ts", shows: "paid online" },
  "a changed stay moves as one": { file: "server/bookings/stays.ts", shows: "a stay moved by a night" },
  "a lock is released by its owner": { file: "server/rooms/lock.ts", shows: "the lock" },
  "the newest version stays cached": { file: "server/rooms/cache.ts", shows: "the cache" },
} as const;

export type Guard = keyof typeof GUARDS;
