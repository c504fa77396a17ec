import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { forgetOldRows } from "../../jobs/housekeeping.ts";
import { newId } from "../../server/platform/ids.ts";
import { makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";

let database: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
  ctx = makeContext(database);
  await database.db.execute(sql`insert into users (id, name, email) values ('ana', 'Ana', 'ana@guest.test')`);
  await database.db.execute(sql`insert into organizations (id, name, slug) values ('house', 'House', 'house')`);
});
afterAll(() => database.drop());

/** One row of each kind whose time ended so long ago. */
async function over(ago: string): Promise<void> {
  const end = sql`now() - ${ago}::interval`;
  await database.db.execute(sql`insert into sessions (id, token, user_id, expires_at) values (${newId()}, ${newId()}, 'ana', ${end})`);
  await database.db.execute(sql`insert into verifications (id, identifier, value, expires_at) values (${newId()}, 'test', 'test', ${end})`);
  await database.db.execute(sql`insert into invitations (id, organization_id, email, inviter_id, expires_at) values (${newId()}, 'house', 'ben@guest.test', 'ana', ${end})`);
}

test("sessions, verifications and invitations go a day after their end, by the wall clock that better-auth judges by", async () => {
  await over("25 hours");
  await over("23 hours");
  await over("-1 hours");
  await ctx.advance(48 * 3_600_000);
  expect(await forgetOldRows(ctx)).toMatchObject({ sessions: 1, verifications: 1, invitations: 1 });
  expect(await forgetOldRows(ctx)).toMatchObject({ sessions: 0, verifications: 0, invitations: 0 });
});

test("however many are over, one run forgets them all, in batches", async () => {
  await database.db.execute(sql`
    insert into sessions (id, token, user_id, expires_at) select 'busy-' || n, 'busy-' || n, 'ana', now() - interval '2 days' from generate_series(1, 12001) n`);
  expect(await forgetOldRows(ctx)).toMatchObject({ sessions: 12_001 });
});
