/** Entries of one memory before it starts anew. */
const MOST = 2000;

/** A pure function of strings and numbers that remembers what it gave. Its results must not be changed. */
export function remembered<A extends (string | number)[], R>(work: (...args: A) => R): (...args: A) => R {
  const known = new Map<string, R>();
  return (...args) => {
    const key = args.join("|");
    let result = known.get(key);
    if (result === undefined) {
      result = work(...args);
      if (known.size >= MOST) known.clear();
      known.set(key, result);
    }
    return result;
  };
}
