import { eq, sql } from "drizzle-orm";
import { properties } from "../../../db/schema/index.ts";
import type { Canary } from "./canaries.ts";
import { HOUSES, OWNERS, type Owners } from "./parties.ts";

/** What stands nowhere but in one owner's rows, of every booking, account, organisation and unpublished property. */
export async function canariesOf({ gateway: { ctx }, askers, houses, invitationId, bookings: owned }: Omit<Owners, "canaries">): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (const { owner, house, bookingId, token } of owned) {
    const seenBy = new Set<string>([...OWNERS[owner], HOUSES[house]]);
    const rows = await ctx.db.execute<{ value: string | null }>(sql`
      select unnest(array[b.id::text, b.code, b.guest_id::text, b.notes, g.name, g.phone]) as value from bookings b join guests g on g.id = b.guest_id where b.id = ${bookingId}
      union all select id::text from room_stays where booking_id = ${bookingId}
      union all select id::text from booking_changes where booking_id = ${bookingId}
      union all select unnest(array[id::text, page_ref, page_url, payment_ref]) from payments where booking_id = ${bookingId}
      union all select unnest(array[id::text, provider_id, error]) from deliveries where booking_id = ${bookingId}
      union all select unnest(array[id::text, cause, title, data ->> 'note']) from incidents where booking_id = ${bookingId}`);
    for (const value of [token, ...rows.map((row) => row.value)]) if (value) canaries.push({ value, seenBy });
  }
  for (const email of new Set(owned.map((booking) => booking.email))) {
    const seenBy = owned.filter((booking) => booking.email === email).flatMap(({ owner, house }) => [...OWNERS[owner], HOUSES[house]]);
    canaries.push({ value: email, seenBy: new Set([...seenBy, ...Object.values(askers).flatMap((asker) => (asker.email === email ? [asker.name] : []))]) });
  }
  const accounts = await ctx.db.execute<{ name: string; id: string; token: string; email: string }>(
    sql`select u.name, u.id, u.email, s.token from users u join sessions s on s.user_id = u.id`,
  );
  for (const account of accounts) {
    const seenBy = new Set(Object.values(askers).flatMap((asker) => (asker.userId === account.id ? [asker.name] : [])));
    // Whoever is invited reads by whom.
    if (account.id === askers.staff.userId) seenBy.add("other");
    for (const value of [account.name, account.id, account.token]) canaries.push({ value, seenBy });
    // Whoever invites, and is invited.
    const pair = account.id === askers.other.userId || account.id === askers.staff.userId ? ["staff", "other"] : [];
    if (!owned.some(({ email }) => email === account.email)) canaries.push({ value: account.email, seenBy: new Set([...seenBy, ...pair]) });
  }
  const tenants = await ctx.db.execute<{ id: string; name: string; member: string }>(
    sql`select o.id, o.name, m.id as member from organizations o join members m on m.organization_id = o.id`,
  );
  for (const { id, name, member } of tenants) {
    const seenBy = new Set<string>(id === houses.first.organizationId ? ["staff", "other"] : ["foreignStaff"]);
    for (const value of [id, name, member]) canaries.push({ value, seenBy });
  }
  canaries.push({ value: invitationId, seenBy: new Set(["staff", "other"]) });
  const [hidden] = await ctx.db.select().from(properties).where(eq(properties.id, houses.hidden.propertyId));
  for (const value of [hidden!.id, hidden!.slug, hidden!.name, houses.hidden.rooms[0]!.name]) canaries.push({ value, seenBy: new Set(["foreignStaff"]) });
  return canaries;
}
