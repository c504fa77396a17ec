import { invalid } from "./errors.ts";
import { showEntry } from "./balance.ts";
import { lineItemsList } from "./sessions.ts";
import type { StripeState } from "./state.ts";

type Json = Record<string, unknown>;

/** Replaces ids by their objects along each path of `expand[]`; lists begin with `data.`. */
export function expand<T extends object>(state: StripeState, object: T, paths: string[]): T {
  const copy = structuredClone(object) as Json;
  for (const path of paths) expandPath(state, copy, path.split("."), path);
  return copy as T;
}

function expandPath(state: StripeState, node: Json, keys: string[], path: string): void {
  const [key = "", ...rest] = keys;
  const value = key === "line_items" ? lineItemsOf(state, node) : node[key];
  if (value === null && key in node) return;
  const target = typeof value === "string" ? lookUp(state, value) : value;
  if (typeof target !== "object" || target === null) {
    throw invalid(`This property cannot be expanded (${path}).`, { param: "expand" });
  }
  node[key] = target;
  if (rest.length === 0) return;
  const children = Array.isArray(target) ? (target as Json[]) : [target as Json];
  for (const child of children) expandPath(state, child, rest, path);
}

function lineItemsOf(state: StripeState, node: Json): unknown {
  return node.object === "checkout.session" ? lineItemsList(state, String(node.id)) : undefined;
}

function lookUp(state: StripeState, id: string): object | undefined {
  const found = state.intents.get(id) ?? state.charges.get(id) ?? state.methods.get(id)?.method ?? state.refunds.get(id) ?? entryOf(state, id);
  return found && structuredClone(found);
}

function entryOf(state: StripeState, id: string): object | undefined {
  const entry = state.balance.get(id);
  return entry && showEntry(state, entry);
}
