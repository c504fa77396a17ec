import type { World } from "./world.ts";

/** What a bench is given. */
export interface Bench {
  /** The running system with 10,000 properties, started when first asked for. */
  world(): Promise<World>;
  /** A line for a person, beside the figures. */
  say(line: string): void;
}
