import { createServer } from "node:net";
import { Refusal } from "./refusal.ts";

/** A port that this installation is about to take, and the variable that moves it. */
export interface WantedPort {
  port: number;
  what: string;
  variable: "PORT" | "LOCAL_PORT";
}

/** @throws Refusal naming the first port that is taken, and its variable. */
export async function checkPorts(wanted: readonly WantedPort[]): Promise<void> {
  for (const { port, what, variable } of wanted) {
    if (await isFree(port)) continue;
    const advice = variable === "PORT" ? "set PORT to a free one" : "set LOCAL_PORT to the first of nine free ones in a row";
    throw new Refusal(`Port ${port}, wanted for ${what}, is in use: ${advice}.`);
  }
}

/**
 * A port of 127.0.0.1 that was free a moment ago. Drawn below the range that the system hands out by itself
 * (from 32768 up), or a connection made in between could take it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else if (error.code === "EACCES") reject(new Refusal(`Port ${port} needs more rights than this user has.`));
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
