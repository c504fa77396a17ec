import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import postgres from "postgres";
import type { Bench } from "./context.ts";
import { figure, type Figure } from "./figures.ts";
import { book, wishes } from "./guests.ts";
import { openLoad, repeat } from "./load.ts";
import { allDelivered, outboxEmpty } from "./settled.ts";
import type { World } from "./world.ts";

const CONNECTIONS = 32;
const BOOKINGS = 500;

/**
 * Bookings whose deliveries were held back: from letting them go until outbox and queue are empty. The
 * floor is the queue with an endpoint that does nothing, for as many messages.
 */
export async function drain(bench: Bench): Promise<Figure[]> {
  const world = await bench.world();
  const load = openLoad(world.url);
  const sql = postgres(world.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const wanted = await wishes(world, load, BOOKINGS);
    await world.queue.pause();
    await sql`truncate local_qstash.messages`;
    await repeat(BOOKINGS, CONNECTIONS, (index) => book(load, wanted[index]!));
    await outboxEmpty(world.databaseUrl);
    const [due] = await sql<{ count: number }[]>`select count(*)::int from local_qstash.messages where due_at <= extract(epoch from app_now()) * 1000`;
    const ours = await delivery(world);
    const floor = await idleDelivery(world, due!.count);
    bench.say(`drain: ${due!.count} messages of ${BOOKINGS} bookings in ${ours.toFixed(2)} s; to an endpoint that does nothing ${floor.toFixed(2)} s`);
    return [figure("drain", "outbox and queue empty again", BOOKINGS / ours, "bookings/s", { floor: BOOKINGS / floor })];
  } finally {
    await world.queue.pause();
    await sql`truncate local_qstash.messages`;
    await sql.end();
    load.close();
  }
}

/** Seconds from letting deliveries go until none is left. */
async function delivery(world: World): Promise<number> {
  const from = performance.now();
  await world.queue.resume();
  await allDelivered(world.databaseUrl);
  await world.queue.pause();
  return (performance.now() - from) / 1000;
}

async function idleDelivery(world: World, count: number): Promise<number> {
  const server = createServer((request, response) => {
    request.resume();
    request.once("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const destination = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const message = { destination, headers: { "Content-Type": "application/json", "Upstash-Retries": "0" }, body: "{}" };
  try {
    const answer = await fetch(`${world.queue.url}/v2/batch`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.queue.token}`, "content-type": "application/json" },
      body: JSON.stringify(Array.from({ length: count }, () => message)),
    });
    if (!answer.ok) throw new Error(`the queue answered ${answer.status}`);
    return await delivery(world);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
