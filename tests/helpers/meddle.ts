import type { Database } from "../../db/client.ts";

type Meet = (text: string, params: readonly unknown[]) => Promise<unknown> | undefined;
type Unsafe = (text: string, params: unknown[], options: object) => object;

/**
 * The same database, where `meet` sees each statement that no transaction runs, before it is sent: it may count it, do
 * something first, or reject it.
 */
export function meddled(db: Database, meet: Meet): Database {
  const { session } = db as unknown as { session: { client: { unsafe: Unsafe } } };
  const client = new Proxy(session.client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== "unsafe") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return (text: string, params: unknown[], options: object) => {
        const met = meet(text, params);
        const query = target.unsafe(text, params, options);
        return met ? after(met, query) : query;
      };
    },
  });
  return Object.create(db, { session: { value: Object.create(session, { client: { value: client } }) } }) as Database;
}

/** The driver sends a query when it is awaited: so this one is, a moment later. */
function after(met: Promise<unknown>, query: object): object {
  return new Proxy(query, {
    get(target, name) {
      if (name === "then") return (resolve: () => void, reject: () => void) => met.then(() => target).then(resolve, reject);
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (...args: unknown[]) => after(met, value.apply(target, args) as object) : value;
    },
  });
}
