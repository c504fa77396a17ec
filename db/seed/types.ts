import type { Bed } from "../schema/rooms.ts";
import type { ChildBucket, PaymentMethod, PolicyRule, TAX_BASES } from "../schema/properties.ts";

/** A text in each locale of the demo. */
export interface Localised {
  en: string;
  id: string;
}

export interface SeedTax {
  name: string;
  base: (typeof TAX_BASES)[number];
  /** Parts per million for `percent`, else minor units. */
  amount: number;
  inclusive: boolean;
  /** The percentages behind it are charged on it too. */
  taxed?: boolean;
  collect?: "now" | "property";
  exemptAge?: number;
  maxNights?: number;
}

export interface SeedRoom {
  name: string;
  units: number;
  adults: number;
  children: number;
  beds: Bed[];
  sizeSqm: number;
  amenities: string[];
  /** Minor units for two adults on a plain weekday night of a middling month. */
  price: number;
  text: Localised;
}

export interface SeedProperty {
  name: string;
  organization: string;
  /** GeoNames id of its place. */
  destinationId: number;
  address: string;
  latitude: number;
  longitude: number;
  stars: number;
  phone: string;
  checkInFrom?: string;
  checkOutUntil?: string;
  sameDayCutOff?: string;
  amenities: string[];
  scene: string;
  palette: string;
  /** Instead of the place's, where they differ. */
  taxes?: SeedTax[];
  paymentMethods?: PaymentMethod[];
  /** Minor units per adult and night; absent: no breakfast rate. */
  breakfast?: number;
  /** The cancellation rules of its flexible rate. */
  flexible: { name: string; rules: PolicyRule[] };
  summary: Localised;
  description: Localised;
  goodToKnow: Localised;
  rooms: SeedRoom[];
}

/** What the properties of a city share: the law, the calendar and the habits of the place. */
export interface SeedPlace {
  city: string;
  country: string;
  zone: string;
  currency: string;
  taxes: SeedTax[];
  paymentMethods: PaymentMethod[];
  childBuckets: ChildBucket[];
  /** Price factor of each month, January first. */
  months: [number, number, number, number, number, number, number, number, number, number, number, number];
  /** Price factor of the nights of Friday and Saturday; under 1 where business fills the weekdays. */
  weekend: number;
  /** Days of their own: "MM-DD" each year or "YYYY-MM-DD" once, both ends included. */
  days?: SeedDays[];
  properties: SeedProperty[];
}

export interface SeedDays {
  from: string;
  to: string;
  factor: number;
  minStay?: number;
  closedToArrival?: boolean;
  closedToDeparture?: boolean;
}
