import fc from "fast-check";
import { expect, test } from "vitest";
import { members, outbox } from "../../db/schema/index.ts";
import { refusal } from "../../jobs/answer.ts";
import type { Job } from "../../jobs/define.ts";
import { followers, JOBS } from "../../jobs/registry.ts";
import { askCode } from "../../server/accounts/proofs/ask-code.ts";
import { newId } from "../../server/platform/ids.ts";
import { askReset, askSignUp, postAuth, signUp } from "../helpers/account.ts";
import { anonymous } from "../helpers/context.ts";
import { mailsTo } from "../helpers/mail.ts";
import { queueWorld, type QueueWorld } from "../helpers/queue.ts";
import { createProperty } from "../helpers/world.ts";
import { endsOf, ENDS, tellStory } from "../helpers/story.ts";

// Every job, over every event that it follows: each handler itself, without the memory of what was done before.

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0, twilio: 0 } });

interface Work {
  /** "booking.held > close-hold" */
  name: string;
  outboxId: string;
  job: Job;
  payload: unknown;
}

/** What follows from the events that nobody has looked at yet. */
async function newWork({ database }: QueueWorld, seen: Set<string>): Promise<Work[]> {
  const rows = await database.db.select().from(outbox).orderBy(outbox.id);
  return rows
    .filter((row) => !seen.has(row.id))
    .flatMap((row) => {
      seen.add(row.id);
      return followers(row.type).map((job) => ({ name: `${row.type} > ${job.name}`, outboxId: row.id, job, payload: job.input.parse(row.payload) }));
    });
}

/** As the queue would: again while the endpoint would ask for it. */
async function run({ ctx }: QueueWorld, { job, payload, name }: Work): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await job.handler({ ...ctx, actor: { kind: "job", name: job.name } }, payload);
    } catch (error) {
      if (tries === 10 || refusal(error).status === 489) throw new Error(`${name} failed`, { cause: error });
    }
  }
}

/** Runs the work, and whatever follows from it, until nothing does. @returns all that was run */
async function runAll(play: (work: Work[]) => Promise<void>): Promise<Work[]> {
  const seen = new Set<string>();
  const all: Work[] = [];
  for (;;) {
    const work = await newWork(world, seen);
    if (work.length === 0) return all;
    all.push(...work);
    await play(work);
  }
}

async function inOrder(work: Work[], times = 1): Promise<void> {
  for (const one of work) for (let i = 0; i < times; i += 1) await run(world, one);
}

function shuffled(work: Work[], seed: number): Work[] {
  const [order] = fc.sample(fc.shuffledSubarray(work, { minLength: work.length }), { numRuns: 1, seed });
  return order!;
}

/** A hotelier invites the address. */
async function invite(email: string): Promise<void> {
  const { organizationId } = await createProperty(world.database.db);
  const owner = await signUp(world.gateway);
  await world.database.db.insert(members).values({ id: newId(), organizationId, userId: owner.userId, role: "owner" });
  expect((await postAuth(world.gateway, "organization/invite-member", { email, role: "member", organizationId }, owner.cookie)).status).toBe(200);
}

test.each<[string, (work: Work[]) => Promise<void>]>([
  ["once, in order", (work) => inOrder(work)],
  ["twice in a row", (work) => inOrder(work, 2)],
  [
    "twice at once",
    async (work) => {
      for (const one of work) await Promise.all([run(world, one), run(world, one)]);
    },
  ],
  ["backwards", (work) => inOrder(work.toReversed())],
  ["in some order", (work) => inOrder(shuffled(work, 1))],
  [
    "in another order, three at once, each twice",
    async (work) => {
      const order = shuffled([...work, ...work], 2);
      for (let i = 0; i < order.length; i += 3) await Promise.all(order.slice(i, i + 3).map((one) => run(world, one)));
    },
  ],
])("every job run %s comes to the same, and does nothing more when it is run again much later", { timeout: 60_000 }, async (_, play) => {
  const story = await tellStory(world);
  const { email } = await signUp(world.gateway);
  await askReset(world.gateway, email);
  await askCode(world.ctx.as(anonymous()), { email, locale: "en", idempotencyKey: newId() });
  await world.ctx.settled();
  await invite(email);
  const newcomer = await askSignUp(world.gateway);
  const work = await runAll(play);
  expect(await endsOf(world, story)).toEqual(ENDS);
  expect([await mailsTo(world.gateway, email), await mailsTo(world.gateway, newcomer.email)]).toMatchObject([{ length: 3 }, { length: 1 }]);
  const known = JOBS.flatMap((job) => job.on.map((type) => `${type} > ${job.name}`));
  expect(new Set(work.map((one) => one.name)), "a job, or an event of one, that the story lacks").toEqual(new Set(known));

  await world.ctx.advance(3 * 3_600_000);
  await inOrder(work.toReversed());
  expect(await endsOf(world, story)).toEqual(ENDS);
  expect([await mailsTo(world.gateway, email), await mailsTo(world.gateway, newcomer.email)]).toMatchObject([{ length: 3 }, { length: 1 }]);
  const after = (await newWork(world, new Set(work.map((one) => one.outboxId)))).map((one) => one.name);
  expect(after).toEqual([]);
});
