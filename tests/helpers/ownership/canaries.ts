import type { Gateway } from "../gateway.ts";
import { callWire, type WireAnswer } from "../trpc.ts";

/** A server that is asked over HTTP: a gateway of the test's own, or a running app. */
export type Server = Pick<Gateway, "url" | "request">;

/** Who asks; the name is what `seenBy` goes by. */
export interface Asker {
  name: string;
  /** The `cookie` header; empty for nobody. */
  cookie: string;
}

/** A text that stands nowhere but in the rows of one owner: an id, a code, a name. */
export interface Canary {
  value: string;
  seenBy: ReadonlySet<string>;
}

/** What the hotelier's lists are asked for. */
export interface Place {
  propertyId: string;
  dates: readonly string[];
}

/** Another's row in an answer. */
export interface Leak {
  asker: string;
  procedure: string;
  input: unknown;
  value: string;
}

const SCOPES = ["upcoming", "past", "cancelled"];

/** Every list whose answer depends on who asks, and all that it can be asked for. */
export const LISTS: Readonly<Record<string, (places: readonly Place[]) => unknown[]>> = {
  "bookings.mine": () => SCOPES.map((scope) => ({ scope, limit: 50 })),
  "bookings.openHolds": () => [undefined],
  "admin.inventory.myProperties": () => [undefined],
  "admin.inventory.today": (places) => places.flatMap(({ propertyId, dates }) => dates.map((date) => ({ propertyId, date }))),
};

/** What in the text isn't the asker's to see. */
export function foreignIn(text: string, asker: string, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ value, seenBy }) => !seenBy.has(asker) && text.includes(value)).map(({ value }) => value);
}

/** Asks every list, page by page. @returns each answer with its procedure and input */
export async function askLists(server: Server, { cookie }: Asker, places: readonly Place[]): Promise<{ procedure: string; input: unknown; answer: WireAnswer }[]> {
  const asked: { procedure: string; input: unknown; answer: WireAnswer }[] = [];
  for (const [procedure, inputs] of Object.entries(LISTS)) {
    for (const first of inputs(places)) {
      for (let input = first; ;) {
        const answer = await callWire<{ nextCursor?: string } | null>(server, procedure, input, { cookie });
        asked.push({ procedure, input, answer });
        const cursor = answer.data?.nextCursor;
        if (cursor === undefined) break;
        input = { ...(first as object), cursor };
      }
    }
  }
  return asked;
}

/** Asks every list as one caller. @returns what was answered of others */
export async function foreignRows(server: Server, asker: Asker, canaries: readonly Canary[], places: readonly Place[] = []): Promise<Leak[]> {
  const asked = await askLists(server, asker, places);
  return asked.flatMap(({ procedure, input, answer }) => foreignIn(answer.text, asker.name, canaries).map((value) => ({ asker: asker.name, procedure, input, value })));
}
