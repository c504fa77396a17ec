import type { Gateway } from "../gateway.ts";
import type { World } from "../world.ts";
import type { Asker, Canary, Place } from "./canaries.ts";

/** Whose a booking is, and so who may open it. */
export const OWNERS = {
  /** Made in a browser that comes back. */
  cookie: ["cookie"],
  /** Made in another browser; its guest has the link. */
  link: ["link"],
  /** Made while signed in. */
  verified: ["verified"],
  unverified: ["unverified"],
  other: ["other"],
  /** Made without an account, with the address of one: proven, and not proven. */
  address: ["verified"],
  unproven: [],
} satisfies Record<string, AskerName[]>;
export type Owner = keyof typeof OWNERS;

export const ASKERS = ["nobody", "stranger", "cookie", "link", "verified", "unverified", "other", "staff", "foreignStaff"] as const;
export type AskerName = (typeof ASKERS)[number];

/** Two properties of one organisation, one of another, and one of that which is not published. */
export const HOUSES = { first: "staff", sister: "staff", foreign: "foreignStaff", hidden: "foreignStaff" } as const satisfies Record<string, AskerName>;
export type House = keyof typeof HOUSES;

export type Situation = "past" | "upcoming" | "cancelled" | "held";

export interface Owned {
  owner: Owner;
  house: House;
  situation: Situation;
  bookingId: string;
  code: string;
  token: string;
  email: string;
  roomStayId: string;
  changeId?: string;
  /** What the owner's browser sent to hold it. */
  held: Record<string, unknown>;
}

export interface Owners {
  gateway: Gateway;
  askers: Record<AskerName, Asker & { userId?: string; email?: string }>;
  houses: Record<House, World>;
  invitationId: string;
  bookings: Owned[];
  canaries: Canary[];
  places: Place[];
}
