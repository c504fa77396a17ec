import { proofsRouter } from "./accounts/proofs/router.ts";
import { bookingsRouter, paymentsRouter } from "./bookings/router.ts";
import { hotelsRouter } from "./hotels/router.ts";
import { inventoryRouter } from "./inventory/router.ts";
import { roomsRouter } from "./rooms/router.ts";
import { searchRouter } from "./search/router.ts";
import { procedure, router } from "./trpc.ts";

/** The public API; the client knows the server by this type alone. */
export const appRouter = router({
  search: searchRouter,
  hotels: hotelsRouter,
  rooms: roomsRouter,
  bookings: bookingsRouter,
  payments: paymentsRouter,
  proofs: proofsRouter,
  /** The hotelier's side, grouped by service. */
  admin: router({ inventory: inventoryRouter }),
  /** Nothing but the way here and back: what other procedures are measured against. */
  ping: procedure.query(() => "pong" as const),
});

export type AppRouter = typeof appRouter;
