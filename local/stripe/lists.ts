import type { Collection } from "../kit/store.ts";
import type { Reader } from "./form.ts";
import { invalid, notFound } from "./errors.ts";

export const LIST_PARAMS = ["limit", "starting_after", "ending_before", "created", "expand"] as const;

export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}

/** One page of the matching documents, newest first, with Stripe's cursors. */
export function listPage<T extends { id: string; created?: number }>(docs: Collection<T>, query: Reader, url: string, matches: (doc: T) => boolean): List<T> {
  const created = createdFilter(query);
  const found = docs.all().filter((doc) => matches(doc) && created(doc.created ?? 0));
  return cutPage(found.toReversed(), query, url);
}

export function cutPage<T extends { id: string }>(items: T[], query: Reader, url: string): List<T> {
  const limit = query.integer("limit") ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalid("This value must be between 1 and 100.", {
      code: limit < 1 ? "parameter_invalid_integer" : undefined,
      param: "limit",
    });
  }
  const after = query.text("starting_after");
  const before = query.text("ending_before");
  if (after !== undefined && before !== undefined) {
    throw invalid("You may only specify one of these parameters: ending_before, starting_after.", { param: "starting_after" });
  }
  if (before !== undefined) {
    const end = position(items, before, "ending_before");
    const start = Math.max(0, end - limit);
    return { object: "list", data: items.slice(start, end), has_more: start > 0, url };
  }
  const start = after === undefined ? 0 : position(items, after, "starting_after") + 1;
  const data = items.slice(start, start + limit);
  return { object: "list", data, has_more: start + limit < items.length, url };
}

function position(items: { id: string }[], id: string, param: string): number {
  const at = items.findIndex((item) => item.id === id);
  if (at === -1) throw notFound("object", id, param);
  return at;
}

/** `created=5` is that second; `created[gte]=5` and the like are a range. */
function createdFilter(query: Reader): (created: number) => boolean {
  if (query.isText("created")) {
    const second = query.integer("created");
    return (created) => created === second;
  }
  const range = query.child("created", ["gt", "gte", "lt", "lte"]);
  if (!range) return () => true;
  const [gt, gte, lt, lte] = ["gt", "gte", "lt", "lte"].map((name) => range.integer(name));
  return (created) => (gt === undefined || created > gt) && (gte === undefined || created >= gte) && (lt === undefined || created < lt) && (lte === undefined || created <= lte);
}
