import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openDatabase, sqlState, type Database, type Transaction } from "../../db/client.ts";
import { openDatabase as openQueue } from "../../local/qstash/database.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";

// No peer's reset ends a process, and nothing of a transaction reaches another connection than its own.

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.db.execute("create table notes (note text)");
});
afterEach(() => database.db.execute("delete from notes"));
afterAll(() => database.drop());

/** A transaction in a pool of one connection, which Postgres ends; `afterLoss` is what still runs in it. */
async function loseTransaction(db: Database, afterLoss: (tx: Transaction) => Promise<unknown>): Promise<{ outcome: string; late: Promise<unknown> }> {
  let late: Promise<unknown> = Promise.resolve();
  const lost = Promise.withResolvers<void>();
  const transaction = db.transaction(async (tx) => {
    const [row] = await tx.execute<{ pid: number }>("select pg_backend_pid() as pid");
    await tx.execute("insert into notes values ('early')");
    await database.db.execute(`select pg_terminate_backend(${row!.pid})`);
    late = lost.promise.then(() => afterLoss(tx));
    return late;
  });
  const outcome = await transaction.then(
    () => "committed",
    (error: unknown) => sqlState(error) ?? String(error),
  );
  lost.resolve();
  return { outcome, late };
}

const notes = async (): Promise<unknown[]> => [...(await database.db.execute("select note from notes"))];

test("a statement that comes after its transaction's connection was lost runs nowhere, though the connection is open again", async () => {
  const { db, close } = openDatabase(database.url, { max: 1 });
  const { outcome, late } = await loseTransaction(db, async (tx) => {
    await db.execute("select 1");
    return tx.execute("insert into notes values ('late')");
  });
  expect(outcome).toBe("CONNECTION_CLOSED");
  await expect(late).rejects.toThrow();
  expect(await notes()).toEqual([]);
  await close();
});

test("what is left of a lost transaction doesn't come into another one on the same connection", async () => {
  const { db, close } = openDatabase(database.url, { max: 1 });
  let late: Promise<unknown> | undefined;
  const lost = loseTransaction(db, async (tx) =>
    db.transaction(async (other) => {
      await other.execute("insert into notes values ('other')");
      late = Promise.resolve(tx.execute("insert into notes values ('late')")).catch(() => "refused");
      await late;
      throw new Error("the other one rolls back");
    }),
  );
  await expect((await lost).late).rejects.toThrow("the other one rolls back");
  expect(await late).toBe("refused");
  expect(await notes()).toEqual([]);
  await close();
});

test("a pool answers at once after it lost a connection in a transaction", async () => {
  const { db, close } = openDatabase(database.url, { max: 1 });
  const { late } = await loseTransaction(db, (tx) => tx.execute("select 1"));
  await expect(late).rejects.toThrow();
  expect([...(await db.execute("select 'here' as here"))]).toEqual([{ here: "here" }]);
  await close();
});

test("a failure that the work keeps to itself still rolls the transaction back, and is what it throws", async () => {
  const { db, close } = openDatabase(database.url, { max: 1 });
  const work = db.transaction(async (tx) => {
    await tx.execute("insert into notes values ('first')");
    await tx.execute("select 1 / 0").catch(() => undefined);
    return "kept quiet";
  });
  expect(sqlState(await work.catch((error: unknown) => error))).toBe("22012");
  expect(await notes()).toEqual([]);
  expect(await db.transaction((tx) => tx.execute("insert into notes values ('next') returning note"))).toMatchObject([{ note: "next" }]);
  await close();
});

test("what aborted a transaction is what it throws, though the work heard first of a statement behind it", async () => {
  const { db, close } = openDatabase(database.url, { max: 1 });
  const work = db.transaction(async (tx) => {
    const cause = Promise.resolve(tx.execute("select 1 / 0"));
    cause.catch(() => undefined);
    await tx.execute("select 1");
    await cause;
  });
  expect(sqlState(await work.catch((error: unknown) => error))).toBe("22012");
  await close();
});

/** Lets a client in, and resets the connection at the first thing that it asks. */
async function resettingPostgres(): Promise<{ url: string; server: Server }> {
  const welcome = Buffer.concat([Buffer.from("R\0\0\0\x08\0\0\0\0"), Buffer.from("Z\0\0\0\x05I")]);
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(welcome);
      socket.once("data", () => socket.resetAndDestroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `postgres://postgres:x@127.0.0.1:${(server.address() as AddressInfo).port}/any`, server };
}

/** What must not be: a failure that nobody is told of. The runner fails for one as well. */
async function heardOf(work: () => Promise<unknown>): Promise<string> {
  return sqlState(await work().catch((error: unknown) => error)) ?? "nothing";
}

test("a reset right after the connection stood rejects what was asked, and is thrown nowhere else", async () => {
  const { url, server } = await resettingPostgres();
  const app = openDatabase(url, { max: 1 });
  expect(await heardOf(() => app.db.execute("select 1"))).toBe("ECONNRESET");
  expect(await heardOf(() => app.db.transaction((tx) => tx.execute("select 1")))).toBe("ECONNRESET");
  expect(await heardOf(() => openQueue(url))).toBe("ECONNRESET");
  await new Promise((resolve) => server.close(resolve));
});
