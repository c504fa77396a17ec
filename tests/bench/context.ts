import type { HotPlace } from "./hot-place.ts";
import type { World } from "./world.ts";

/** What a bench is given. */
export interface Bench {
  /** The running system with 10,000 properties, started when first asked for. */
  world(): Promise<World>;
  /** The running system with the demo data alone and two app processes, started when first asked for. */
  hotPlace(): Promise<HotPlace>;
  /** A line for a person, beside the figures. */
  say(line: string): void;
}
