import { z } from "zod";
import { idField, localeField, MAX_ROOMS, partyRoomField, refineStay, smallIdField, stayFields, textField } from "../platform/fields.ts";

export const destinationsInput = z.object({ text: textField(80) });

export const destinationOutput = z.object({
  id: z.int(),
  name: z.string(),
  country: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  propertyCount: z.int(),
});
export type Destination = z.infer<typeof destinationOutput>;

export const SORTS = ["recommended", "price", "price_desc", "stars"] as const;

export const hotelsInput = z
  .object({
    destinationId: smallIdField,
    ...stayFields,
    rooms: z.array(partyRoomField).min(1).max(MAX_ROOMS),
    /** Words of the room type's name ("suite", "twin"). */
    roomType: textField(60).optional(),
    /** Total of the whole stay in the minor units of each property's own currency. */
    minTotal: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    maxTotal: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    stars: z.array(z.int().min(0).max(5)).max(6).optional(),
    amenities: z
      .array(
        z
          .string()
          .max(40)
          .regex(/^[a-z_]+$/),
      )
      .max(20)
      .optional(),
    /** Only ways to lodge the party that can be cancelled free of charge now. */
    freeCancellation: z.boolean().optional(),
    /** Of the summaries. */
    locale: localeField.optional(),
    sort: z.enum(SORTS).default("recommended"),
    cursor: z.string().max(200).optional(),
    limit: z.int().min(1).max(50).default(20),
  })
  .superRefine(refineStay)
  .refine(({ minTotal = 0, maxTotal = Infinity }) => minTotal <= maxTotal, { path: ["maxTotal"], message: "must be at least minTotal" });
export type HotelsInput = z.infer<typeof hotelsInput>;

export const hotelCardOutput = z.object({
  propertyId: z.string(),
  slug: z.string(),
  name: z.string(),
  city: z.string(),
  country: z.string(),
  stars: z.int(),
  summary: z.string(),
  amenities: z.array(z.string()),
  latitude: z.number(),
  longitude: z.number(),
  /** IANA zone, to show deadlines in. */
  zone: z.string(),
  /** Path of the property's picture. */
  picture: z.string(),
  /** The cheapest way to lodge the whole party for the whole stay, every tax in it. */
  cheapest: z.object({
    total: z.int(),
    currency: z.string(),
    /** One per room of the party, in its order. */
    rooms: z.array(z.object({ productId: z.int(), roomTypeId: z.int(), roomName: z.string(), rateName: z.string(), meal: z.string() })),
    freeCancellation: z.boolean(),
    /** Instant until which that stays so for every room; null where it isn't, or always is. */
    freeUntil: z.string().nullable(),
    /** What cancelling costs now; minor units. */
    cancelFee: z.int(),
    payAtProperty: z.boolean(),
    /** Units left of the scarcest room in it. */
    left: z.int(),
  }),
  /** The cheapest way that can be cancelled free of charge, where the cheapest of all can't; minor units of its currency. */
  free: z.object({ total: z.int(), freeUntil: z.string().nullable() }).nullable(),
});
export type HotelCard = z.infer<typeof hotelCardOutput>;

export const hotelsOutput = z.object({
  /** As the gazetteer has it. */
  place: z.string(),
  items: z.array(hotelCardOutput),
  /** Hand it back for the next page; absent on the last. */
  nextCursor: z.string().optional(),
  /** Properties of the destination, whether they can be sold or not: tells "nothing here" from "all sold out". */
  propertiesInDestination: z.int(),
  /** How many of them can lodge the party and pass the filters, on all pages together. */
  found: z.int(),
});

export const otherDatesInput = z
  .object({
    destinationId: smallIdField,
    /** Only this one of the place's. */
    propertyId: idField.optional(),
    ...stayFields,
    rooms: z.array(partyRoomField).min(1).max(MAX_ROOMS),
  })
  .superRefine(refineStay);
export const otherDatesOutput = z.array(
  z.object({
    checkIn: z.string(),
    checkOut: z.string(),
    /** How many can lodge the party then. */
    properties: z.int(),
    /** Not every property of the place was asked: there may be more of them, and cheaper ones. */
    atLeast: z.boolean(),
    /** The least total, taxes in it; minor units. */
    total: z.int(),
    currency: z.string(),
  }),
);

/** For each day of the span: the cheapest night for two adults, or null where nothing is left. */
export const calendarInput = z
  .object({ propertyId: z.uuid(), from: stayFields.checkIn, to: stayFields.checkOut })
  .refine((input) => input.from < input.to && Date.parse(input.to) - Date.parse(input.from) <= 92 * 86_400_000, { path: ["to"], message: "1 to 92 days" });
export const calendarOutput = z.object({
  currency: z.string(),
  days: z.array(z.object({ date: z.string(), price: z.int().nullable(), left: z.int() })),
});
