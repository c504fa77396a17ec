import type { Route } from "./context.ts";
import type { Message } from "./model.ts";
import { presentEvent } from "./present.ts";
import { EVENT_RULES, readSelection } from "./select.ts";

/** Messages whose events are looked through for one page. */
const LOOKED_AT = 10_000;

/**
 * `GET /v2/events` and `/v2/logs`: what happened to messages, newest first. The cursor is a place in
 * that order; the log grows meanwhile, so a page may repeat a line.
 */
export const listEvents: Route = async ({ sql }, request) => {
  const { ids = [], cursor: skip, count = 100, matches } = readSelection(request, EVENT_RULES);
  const rows = await sql<{ doc: Message }[]>`
    SELECT doc FROM (
      (SELECT doc FROM local_qstash.messages
       WHERE cardinality(${ids}::text[]) = 0 OR id = ANY(${ids}::text[]) ORDER BY seq DESC LIMIT ${LOOKED_AT})
      UNION ALL
      (SELECT doc FROM local_qstash.log
       WHERE cardinality(${ids}::text[]) = 0 OR id = ANY(${ids}::text[]) ORDER BY seq DESC LIMIT ${LOOKED_AT})
    ) AS known`;
  const events = rows
    .flatMap(({ doc: message }) => message.trail.map((entry) => ({ message, entry })).reverse())
    .filter(({ message, entry }) => matches({ message, state: entry.state }, entry.time))
    .sort((a, b) => b.entry.time - a.entry.time);
  const page = events.slice(skip, skip + count).map(({ message, entry }) => presentEvent(message, entry));
  const cursor = events.length > skip + count ? String(skip + count) : undefined;
  return { body: { [request.path.startsWith("/v2/logs") ? "logs" : "events"]: page, cursor } };
};
