import { v7 } from "uuid";
import { drawFrom } from "../../server/hotels/art/random.ts";

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A UUIDv7 that is the same in every run. */
  uuid(): string;
}

/** All demo ids carry this instant, so that they sort before any real one. */
const IDS_FROM = Date.UTC(2026, 0, 1);

/** Numbers that are the same for the same key, whatever else is drawn. */
export function randomOf(key: string): Random {
  const { next, pick, chance } = drawFrom(hashOf(key));
  let ids = 0;
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick,
    chance,
    uuid: () =>
      v7({
        msecs: IDS_FROM,
        seq: ids++,
        random: Uint8Array.from({ length: 16 }, () => int(0, 255)),
      }),
  };
}

/** FNV-1a of the text, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
