import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** The wire between an app and its Postgres, which may be slow, hang, or be cut. */
export interface PostgresGate {
  /** The same database, by the gate. */
  url: string;
  /**
   * Keeps back everything that the app says for so long.
   * @param met told of each piece that was kept back
   * @returns what ends it: what still waits goes on at once
   */
  slow(ms: number, met: () => void): () => void;
  /** Resets every connection that stands. @returns how many those were */
  reset(): number;
  close(): Promise<void>;
}

interface Wire {
  from: Socket;
  to: Socket;
  /** What the app said goes on in its order. */
  turn: Promise<void>;
}

export async function openPostgresGate(databaseUrl: string): Promise<PostgresGate> {
  const target = new URL(databaseUrl);
  const wires = new Set<Wire>();
  let delay: { ms: number; met: () => void; over: Promise<void> } | undefined;

  const passOn = async (wire: Wire, chunk: Buffer): Promise<void> => {
    if (delay) {
      delay.met();
      const { ms, over } = delay;
      await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), over]);
    }
    wire.to.write(chunk);
  };

  const server = createServer((from) => {
    const to = connect(Number(target.port), target.hostname);
    const wire: Wire = { from, to, turn: Promise.resolve() };
    wires.add(wire);
    for (const socket of [from, to]) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
    }
    // What Postgres said last still arrives.
    to.pipe(from);
    from.on("data", (chunk: Buffer) => void (wire.turn = wire.turn.then(() => passOn(wire, chunk))));
    from.once("close", () => {
      to.destroy();
      wires.delete(wire);
    });
    to.once("error", () => from.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    slow(ms, met) {
      const ended = Promise.withResolvers<void>();
      const own = { ms, met, over: ended.promise };
      delay = own;
      return () => {
        if (delay === own) delay = undefined;
        ended.resolve();
      };
    },
    reset() {
      const standing = [...wires];
      for (const { from, to } of standing) {
        to.unpipe(from);
        // A socket that is being shut down can't be reset: libuv refuses, and its handle would never close.
        if (from.writableEnded) from.destroy();
        else from.resetAndDestroy();
        to.destroy();
      }
      return standing.length;
    },
    async close() {
      for (const { from, to } of wires) {
        from.destroy();
        to.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
