import { hashPassword } from "better-auth/crypto";
import type postgres from "postgres";
import { copyInto } from "./copy.ts";
import { randomOf } from "./random.ts";

export const DEMO_PASSWORD = "nightledger-demo";
export const DEMO_GUEST = { email: "guest@demo.test", name: "Dewi Lestari" };
export const DEMO_HOTELIER = { email: "hotelier@demo.test", name: "Made Suardana" };
/** The organisation that the demo hotelier owns. */
export const HOTELIER_ORGANIZATION = "Sawah & Segara";

/**
 * The two demo people and every organisation, as better-auth itself would have written them.
 * @returns the guest's user id, and the organisations' ids by name.
 */
export async function seedAccounts(sql: postgres.TransactionSql, organizations: string[]): Promise<{ guestId: string; organizationIds: Map<string, string> }> {
  const random = randomOf("accounts");
  const people = [DEMO_GUEST, DEMO_HOTELIER].map((person) => ({
    ...person,
    id: random.uuid(),
    accountId: random.uuid(),
  }));
  const [guest, hotelier] = people as [(typeof people)[number], (typeof people)[number]];
  const hashes = await Promise.all(people.map(() => hashPassword(DEMO_PASSWORD)));
  await copyInto(
    sql,
    "users",
    ["id", "name", "email", "email_verified"],
    people.map((person) => [person.id, person.name, person.email, true]),
  );
  await copyInto(
    sql,
    "accounts",
    ["id", "account_id", "provider_id", "user_id", "password"],
    people.map((person, at) => [person.accountId, person.id, "credential", person.id, hashes[at]]),
  );

  const organizationIds = new Map(organizations.map((name) => [name, randomOf(`organization/${name}`).uuid()]));
  await copyInto(
    sql,
    "organizations",
    ["id", "name", "slug"],
    [...organizationIds].map(([name, id]) => [id, name, slugOf(name)]),
  );
  const owned = organizationIds.get(HOTELIER_ORGANIZATION);
  if (!owned) throw new Error(`No property belongs to ${HOTELIER_ORGANIZATION}, which the demo hotelier owns.`);
  await copyInto(sql, "members", ["id", "organization_id", "user_id", "role"], [[random.uuid(), owned, hotelier.id, "owner"]]);
  return { guestId: guest.id, organizationIds };
}

/** "Sawah & Segara" → "sawah-segara". */
export function slugOf(name: string): string {
  return name
    .normalize("NFD")
    .replaceAll(/[\p{M}'’]/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
