import type { PartyRoom } from "../../server/platform/fields.ts";

export type { PartyRoom };

/** The most rooms of one booking, and of people in one room that we let choose; the server's bounds are wider. */
export const MAX_ROOMS = 8;
export const MAX_ADULTS = 8;
export const MAX_CHILDREN = 6;
export const MAX_CHILD_AGE = 17;
export const USUAL_PARTY: PartyRoom[] = [{ adults: 2, childAges: [] }];

/** "2-5.7_1": two adults with children of 5 and 7, and a room for one. Undefined where it is not such a text. */
export function parseParty(text: string): PartyRoom[] | undefined {
  const rooms = text.split("_");
  if (rooms.length > MAX_ROOMS) return undefined;
  const party: PartyRoom[] = [];
  for (const room of rooms) {
    const match = /^(\d{1,2})(?:-(\d{1,2}(?:\.\d{1,2})*))?$/.exec(room);
    const adults = Number(match?.[1] ?? 0);
    const childAges = match?.[2]?.split(".").map(Number) ?? [];
    if (adults < 1 || adults > 20 || childAges.length > 10 || childAges.some((age) => age > MAX_CHILD_AGE)) return undefined;
    party.push({ adults, childAges });
  }
  return party;
}

export function formatParty(party: PartyRoom[]): string {
  return party.map(({ adults, childAges }) => (childAges.length > 0 ? `${adults}-${childAges.join(".")}` : `${adults}`)).join("_");
}

export function countPeople(party: PartyRoom[]): { adults: number; children: number } {
  return {
    adults: party.reduce((sum, room) => sum + room.adults, 0),
    children: party.reduce((sum, room) => sum + room.childAges.length, 0),
  };
}
