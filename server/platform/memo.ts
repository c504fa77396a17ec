/** Results of one memory before it starts anew. */
const MOST = 10_000;

/**
 * A pure function of strings and numbers that remembers what it gave; the last call's answer is found
 * without even building a key. Its results must not be changed.
 */
export function remembered<A extends (string | number)[], R>(work: (...args: A) => R): (...args: A) => R {
  const known = new Map<string, R>();
  let last: { args: A; result: R } | undefined;
  return (...args) => {
    if (last && last.args.every((arg, index) => arg === args[index])) return last.result;
    const key = args.join("|");
    const result = known.get(key) ?? work(...args);
    if (known.size >= MOST) known.clear();
    known.set(key, result);
    last = { args, result };
    return result;
  };
}
