import type { Context } from "../context.ts";
import { remembered } from "../platform/memo.ts";
import { LIFE, keyOf, loadHotels } from "./hotels.ts";
import { hotelsInput, type HotelsInput } from "./schemas.ts";

/** Longer questions than any the app asks are not remembered. */
const MOST_LENGTH = 2000;

interface Asked {
  key: string;
  input: HotelsInput;
}

// The schema looks at nothing but the text, so that what it said once stays true.
const askedBy = remembered((raw: string): Asked | undefined => {
  const { success, data } = hotelsInput.safeParse(jsonOf(raw));
  return success ? { key: keyOf(data), input: data } : undefined;
});

/**
 * What `search.hotels` answers over the wire, while its page stands in the cache: the stored text as it is,
 * since reading the question and writing the page anew would cost many times the hit.
 * @param raw the URL's `input`, percent-encoded
 * @returns undefined where the procedure must answer: nothing is stored, or the question is wrong
 */
export async function hotelsAnswer(ctx: Context, raw: string): Promise<string | undefined> {
  const asked = raw.length <= MOST_LENGTH ? askedBy(raw) : undefined;
  const page = asked && (await ctx.cache.text(asked.key, LIFE, () => loadHotels(ctx, asked.input), ctx.defer));
  return page === undefined ? undefined : `{"result":{"data":${page}}}`;
}

function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(raw));
  } catch {
    return undefined;
  }
}
