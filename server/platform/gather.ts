/**
 * One MGET under way at a time; what is asked meanwhile goes with the next. A lone caller waits for
 * nothing, and a crowd costs a round trip a crowd, not one each.
 */
export function gathered(mget: (keys: string[]) => Promise<(string | null)[]>): (key: string) => Promise<string | null> {
  let waiting = new Map<string, PromiseWithResolvers<string | null>>();
  let busy = false;

  async function send(): Promise<void> {
    busy = true;
    while (waiting.size > 0) {
      const batch = waiting;
      waiting = new Map();
      try {
        const values = await mget([...batch.keys()]);
        for (const [index, one] of [...batch.values()].entries()) one.resolve(values[index] ?? null);
      } catch (error) {
        for (const one of batch.values()) one.reject(error);
      }
    }
    busy = false;
  }

  return (key) => {
    const known = waiting.get(key);
    if (known) return known.promise;
    const mine = Promise.withResolvers<string | null>();
    waiting.set(key, mine);
    if (!busy) void send();
    return mine.promise;
  };
}
