import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A durable collection of JSON documents, in order of insertion. */
export interface Collection<T> {
  get(id: string): T | undefined;
  put(id: string, doc: T): void;
  delete(id: string): void;
  /** All documents, oldest first. */
  all(): T[];
}

export interface Store {
  collection<T>(name: string): Collection<T>;
  /** Runs `fn` in one transaction: all of its writes, or none. */
  atomically<R>(fn: () => R): R;
  clear(): void;
  close(): void;
}

/** Opens the store in one file, or in memory for `":memory:"`. */
export function openStore(file: string): Store {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  db.exec("CREATE TABLE IF NOT EXISTS docs (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (kind, id))");
  const get = db.prepare("SELECT doc FROM docs WHERE kind = ? AND id = ?");
  const put = db.prepare("INSERT INTO docs (kind, id, doc) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET doc = excluded.doc");
  const remove = db.prepare("DELETE FROM docs WHERE kind = ? AND id = ?");
  const all = db.prepare("SELECT doc FROM docs WHERE kind = ? ORDER BY seq");
  let depth = 0;
  return {
    collection<T>(kind: string): Collection<T> {
      const parse = (row: unknown): T => JSON.parse((row as { doc: string }).doc) as T;
      return {
        get(id) {
          const row = get.get(kind, id);
          return row === undefined ? undefined : parse(row);
        },
        put: (id, doc) => void put.run(kind, id, JSON.stringify(doc)),
        delete: (id) => void remove.run(kind, id),
        all: () => all.all(kind).map(parse),
      };
    },
    atomically(fn) {
      if (depth > 0) return fn();
      depth += 1;
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = fn();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      } finally {
        depth -= 1;
      }
    },
    clear: () => db.exec("DELETE FROM docs"),
    close: () => db.close(),
  };
}
