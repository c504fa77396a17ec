/**
 * The cheapest way to lodge every room of the party, exactly: which room type each one gets.
 * @param costs per room type, per room of the party: its price there, or undefined where it doesn't fit
 * @param left units of each room type that are free on every night
 * @returns the index of a room type per room; undefined where the whole party can't be lodged
 */
export function assignRooms(costs: (number | undefined)[][], left: number[]): number[] | undefined {
  const rooms = costs[0]?.length ?? 0;
  const cheapest = Array.from({ length: rooms }, (_, room) => cheapestFor(costs, room));
  if (cheapest.some((type) => type === -1)) return undefined;
  const fits = left.every((units, type) => cheapest.filter((chosen) => chosen === type).length <= units);
  return fits ? cheapest : search(costs, left, rooms);
}

function cheapestFor(costs: (number | undefined)[][], room: number): number {
  let best = -1;
  for (const [type, prices] of costs.entries()) {
    const price = prices[room];
    if (price !== undefined && (best === -1 || price < costs[best]![room]!)) best = type;
  }
  return best;
}

/** Type by type over the sets of rooms still to lodge, as bits: at most 3^8 steps a type. */
function search(costs: (number | undefined)[][], left: number[], rooms: number): number[] | undefined {
  const all = (1 << rooms) - 1;
  /** For each set of rooms lodged so far: the least cost, and the type of each room (-1: none yet). */
  let states = new Map<number, { cost: number; types: number[] }>([[0, { cost: 0, types: Array<number>(rooms).fill(-1) }]]);
  for (const [type, prices] of costs.entries()) {
    const next = new Map(states);
    for (const [lodged, state] of states) {
      const rest = all & ~lodged;
      for (let taken = rest; taken > 0; taken = (taken - 1) & rest) {
        const cost = state.cost + costOf(prices, taken, left[type]!);
        const known = next.get(lodged | taken);
        if (cost === Infinity || (known && known.cost <= cost)) continue;
        next.set(lodged | taken, { cost, types: state.types.map((was, room) => (taken & (1 << room) ? type : was)) });
      }
    }
    states = next;
  }
  return states.get(all)?.types;
}

/** The price of a set of rooms in one room type; infinite where they don't fit it or are too many. */
function costOf(prices: (number | undefined)[], taken: number, left: number): number {
  let cost = 0;
  let count = 0;
  for (const [room, price] of prices.entries()) {
    if (!(taken & (1 << room))) continue;
    count += 1;
    cost += price ?? Infinity;
  }
  return count > left ? Infinity : cost;
}
