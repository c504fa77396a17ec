import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A wire before Postgres that can be held at a known statement, or cut behind it. */
export interface PostgresProxy {
  /** The same database, by the proxy. */
  url: string;
  /** Keeps back the next statement with this text, and what follows it on its connection; resolves when it has come. */
  holdAt(text: string): Promise<void>;
  /** Passes on the next statement with this text; once Postgres has answered, the answer is lost and its connection is cut. Resolves then. */
  cutAfter(text: string): Promise<void>;
  /** Lets go what was kept back. */
  release(): void;
  close(): Promise<void>;
}

export async function openPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let wanted: { text: string; reached: () => void } | undefined;
  let doomed: { text: string; cut: () => void } | undefined;
  let held: { to: Socket; chunks: Buffer[] } | undefined;
  const server = createServer((from) => {
    const to = connect(Number(target.port), target.hostname);
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
    }
    // What Postgres said last still arrives.
    to.pipe(from);
    from.once("close", () => to.destroy());
    to.once("error", () => from.destroy());
    from.on("data", (chunk) => {
      if (doomed && chunk.includes(doomed.text)) {
        const { cut } = doomed;
        doomed = undefined;
        to.unpipe(from);
        to.once("data", () => {
          from.destroy();
          cut();
        });
        to.resume();
      }
      if (wanted && chunk.includes(wanted.text)) {
        held = { to, chunks: [] };
        wanted.reached();
        wanted = undefined;
      }
      if (held?.to === to) held.chunks.push(chunk);
      else to.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    holdAt: (text) => new Promise((reached) => (wanted = { text, reached })),
    cutAfter: (text) => new Promise((cut) => (doomed = { text, cut })),
    release() {
      for (const chunk of held?.chunks ?? []) held?.to.write(chunk);
      held = undefined;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
