import type { z } from "zod";
import type { modifyQuoteOutput } from "../../server/bookings/modify-schemas.ts";
import type { mineOutput } from "../../server/bookings/schemas.ts";
import type { myPropertiesOutput } from "../../server/inventory/schemas.ts";

// The server's views under the names that screens use. Types only: nothing of these files is loaded.
export type { BookingView, TransferView } from "../../server/bookings/schemas.ts";
export type { Availability, Quote, QuotedStay } from "../../server/rooms/schemas.ts";
export type { PropertyView } from "../../server/hotels/schemas.ts";
export type { Destination, HotelCard } from "../../server/search/schemas.ts";
export type { StayRow } from "../../server/inventory/schemas.ts";
export type ChangeQuote = z.infer<typeof modifyQuoteOutput>;
export type TripItem = z.infer<typeof mineOutput>["items"][number];
export type StaffProperty = z.infer<typeof myPropertiesOutput>[number];
