import { m } from "./i18n/compiled/messages.js";
import { countPeople, type PartyRoom } from "./party.ts";

/** "2 adults, 1 child" */
export function peopleText(party: PartyRoom[]): string {
  const { adults, children } = countPeople(party);
  return [m.adults({ count: adults }), ...(children > 0 ? [m.children({ count: children })] : [])].join(", ");
}

/** "2 adults, 2 children (6, 11 years)": of one room, as it was asked for. */
export function roomPeopleText({ adults, childAges }: PartyRoom): string {
  const children = { count: childAges.length, ages: childAges.join(", ") };
  return [m.adults({ count: adults }), ...(childAges.length > 0 ? [m.child_ages(children)] : [])].join(", ");
}

/** "2 adults, 1 child · 2 rooms" */
export function partyText(party: PartyRoom[]): string {
  return `${peopleText(party)} · ${m.rooms({ count: party.length })}`;
}
