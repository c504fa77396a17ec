import type { Availability } from "./types.ts";

type RoomType = Availability["roomTypes"][number];
export type Offer = RoomType["offers"][number];

/** What is chosen for one room of the party. */
export interface Pick {
  roomTypeId: number;
  offer: Offer;
  total: number;
}

/** "12.0" of the URL to one product id per room of the party; 0 = none yet. */
export function readProducts(products: string | undefined, rooms: number): number[] {
  const ids = products?.split(".").map(Number) ?? [];
  return Array.from({ length: rooms }, (_, index) => ids[index] ?? 0);
}

export function writeProducts(ids: number[]): string {
  return ids.join(".");
}

/** The choices that still stand: on sale, for that room's people, and no more of a type than are left. */
export function picksOf(ids: number[], availability: Availability): (Pick | undefined)[] {
  const taken = new Map<number, number>();
  return ids.map((id, room) => {
    for (const type of availability.roomTypes) {
      const offer = type.offers.find((candidate) => candidate.productId === id && candidate.refusal === null);
      const total = offer?.totals[room];
      const used = taken.get(type.roomTypeId) ?? 0;
      if (!offer || total === null || total === undefined || used >= type.left) continue;
      taken.set(type.roomTypeId, used + 1);
      return { roomTypeId: type.roomTypeId, offer, total };
    }
    return undefined;
  });
}

/** Units of a type that room `room` of the party may still take, given what the others took. */
export function leftFor(type: RoomType, room: number, picks: (Pick | undefined)[]): number {
  return type.left - picks.filter((pick, index) => index !== room && pick?.roomTypeId === type.roomTypeId).length;
}

/** The room to choose for next: the first without a choice, or undefined when all have one. */
export function nextRoom(ids: number[]): number | undefined {
  const index = ids.indexOf(0);
  return index === -1 ? undefined : index;
}
