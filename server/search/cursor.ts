import { z } from "zod";
import { refuse } from "../errors.ts";
import { SORTS } from "./schemas.ts";

/** Where a page ended: the sort keys and the id of its last item. */
const cursorFields = z.tuple([z.enum(SORTS), z.number(), z.number(), z.uuid()]);
export type Cursor = z.infer<typeof cursorFields>;

export function encodeCursor(cursor: Cursor): string {
  return btoa(JSON.stringify(cursor)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws INVALID cursor where it was not made by `encodeCursor`, or for another sort */
export function decodeCursor(text: string, sort: (typeof SORTS)[number]): Cursor {
  const parsed = cursorFields.safeParse(read(text));
  if (!parsed.success || parsed.data[0] !== sort) throw refuse("INVALID", { field: "cursor", reason: "not a cursor of this search" });
  return parsed.data;
}

function read(text: string): unknown {
  try {
    return JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
