import { z } from "zod";
import { localeField } from "../platform/fields.ts";

export const bySlugInput = z.object({
  slug: z
    .string()
    .min(1)
    .max(120)
    .regex(/^[a-z0-9-]+$/),
  locale: localeField.default("en"),
});

export const propertyOutput = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  destinationId: z.int(),
  city: z.string(),
  country: z.string(),
  address: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  zone: z.string(),
  currency: z.string(),
  stars: z.int(),
  email: z.string(),
  phone: z.string(),
  checkInFrom: z.string(),
  checkOutUntil: z.string(),
  amenities: z.array(z.string()),
  paymentMethods: z.array(z.enum(["stripe", "midtrans", "property"])),
  summary: z.string(),
  description: z.string(),
  goodToKnow: z.string(),
  picture: z.string(),
  version: z.int(),
  roomTypes: z.array(
    z.object({
      id: z.int(),
      code: z.string(),
      name: z.string(),
      description: z.string(),
      maxAdults: z.int(),
      maxChildren: z.int(),
      maxOccupancy: z.int(),
      beds: z.array(z.object({ kind: z.string(), count: z.int() })),
      sizeSqm: z.int().nullable(),
      amenities: z.array(z.string()),
      picture: z.string(),
    }),
  ),
});
export type PropertyView = z.infer<typeof propertyOutput>;
