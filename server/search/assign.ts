/** Per room type, per room of the party: its price there, or undefined where it doesn't fit. */
type Costs = readonly (readonly (number | undefined)[])[];

/**
 * The cheapest way to lodge every room of the party, exactly: which room type each one gets. Room by room along a
 * shortest augmenting path (minimum-cost assignment), so the work is bounded by rooms² × room types × the shorter of the two.
 * @param left units of each room type that are free on every night
 * @returns the index of a room type per room; undefined where the whole party can't be lodged
 */
export function assignRooms(costs: Costs, left: readonly number[]): number[] | undefined {
  const free = [...left];
  const typeOf: number[] = [];
  const rooms = costs[0]?.length ?? 0;
  for (let room = 0; room < rooms; room += 1) if (!lodgeRoom(costs, free, typeOf, room)) return undefined;
  return typeOf;
}

/** Adds one room at the least additional cost: a lodged room gives way to it where moving that one is cheaper. */
function lodgeRoom(costs: Costs, free: number[], typeOf: number[], room: number): boolean {
  const added = costs.map((prices) => prices[room] ?? Infinity);
  /** The lodged room that moves into the type; -1: the added room itself. */
  const mover = costs.map(() => -1);
  // Shortest paths by relaxation: the rooms lodged so far are lodged at the least cost, so no cycle lowers it and this ends.
  for (let changed = true; changed;) {
    changed = false;
    for (const [other, from] of typeOf.entries()) {
      const freed = added[from]! - costs[from]![other]!;
      for (let type = 0; type < costs.length; type += 1) {
        const cost = freed + (costs[type]![other] ?? Infinity);
        if (cost >= added[type]!) continue;
        added[type] = cost;
        mover[type] = other;
        changed = true;
      }
    }
  }
  let type = -1;
  for (let one = 0; one < costs.length; one += 1) {
    if (free[one]! > 0 && added[one]! < (type === -1 ? Infinity : added[type]!)) type = one;
  }
  if (type === -1) return false;
  free[type]! -= 1;
  for (let moved = mover[type]!; moved !== -1; moved = mover[type]!) {
    const from = typeOf[moved]!;
    typeOf[moved] = type;
    type = from;
  }
  typeOf[room] = type;
  return true;
}
