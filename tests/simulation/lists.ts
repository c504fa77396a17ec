import { request } from "./client.ts";
import type { Guest } from "./guests.ts";
import { count } from "./tally.ts";
import type { World } from "./world.ts";

const SCOPES = ["upcoming", "past", "cancelled"] as const;

/** Every list that a guest may ask for has that guest's own rows, and a browser without an account is told none. */
export async function checkLists(world: World): Promise<void> {
  const anonymous = world.guests.find(({ account }) => !account)!;
  const accounts = world.guests.filter(({ account }) => account);
  for (const scope of SCOPES) for (const guest of [...accounts, anonymous]) await checkList(world, guest, scope);
}

async function checkList(world: World, guest: Guest, scope: (typeof SCOPES)[number]): Promise<void> {
  const heard = await request<{ items: { id: string }[] }>(world, guest, "bookings.mine", { scope }, "query");
  if (!("answer" in heard)) return;
  // A hold whose answer was lost is the guest's all the same.
  const rows = await world.database.db.execute<{ id: string }>(`select id from bookings where actor = '${guest.actor}'`).catch(() => undefined);
  if (!rows) return;
  const foreign = heard.answer.items.filter((item) => !rows.some(({ id }) => id === item.id));
  count(world.tally.outcomes, `list ${scope}: ${foreign.length === 0 ? "own rows" : "foreign rows"}`);
  if (guest.account && foreign.length === 0) return;
  const who = guest.account ? guest.actor : "a browser without an account";
  world.tally.violations.push(`bookings.mine ${scope} told ${who} of ${foreign.length} bookings of others`);
}
