/**
 * One question under way at a time; what is asked meanwhile goes with the next. A lone caller waits for
 * nothing, and a crowd costs a round trip a crowd, not one each.
 * @param ask answers all keys, in their order
 */
export function gathered<K, V>(ask: (keys: K[]) => Promise<V[]>): (key: K) => Promise<V> {
  let waiting = new Map<K, PromiseWithResolvers<V>>();
  let busy = false;

  async function send(): Promise<void> {
    busy = true;
    while (waiting.size > 0) {
      const batch = waiting;
      waiting = new Map();
      try {
        const values = await ask([...batch.keys()]);
        for (const [index, one] of [...batch.values()].entries()) one.resolve(values[index]!);
      } catch (error) {
        for (const one of batch.values()) one.reject(error);
      }
    }
    busy = false;
  }

  return (key) => {
    const known = waiting.get(key);
    if (known) return known.promise;
    const mine = Promise.withResolvers<V>();
    waiting.set(key, mine);
    if (!busy) void send();
    return mine.promise;
  };
}
