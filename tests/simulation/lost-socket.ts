/**
 * postgres.js writes to a socket that is gone when a transaction's connection is lost, outside of any promise
 * (porsager/postgres#1154). The app ends by it, and whoever supervises it starts it again: known, counted, no violation.
 */
export function isLostSocket(said: string): boolean {
  return /Cannot read properties of null \(reading 'write'\)[\s\S]*at Immediate\.nextWrite/.test(said);
}

/** The simulation itself uses the driver too, and must outlive what it does to Postgres. */
export function outliveLostSockets(): void {
  process.on("uncaughtException", (error) => {
    if (!isLostSocket(error.stack ?? "")) throw error;
  });
}
