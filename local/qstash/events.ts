import type { Route } from "./context.ts";
import { Refused, type Message } from "./model.ts";
import { matches, presentEvent } from "./present.ts";

/** Messages whose events are looked through for one page. */
const LOOKED_AT = 10_000;

/**
 * `/v2/events` and `/v2/logs`: what happened to messages, newest first. The cursor is a place in
 * that order; the log grows meanwhile, so a page may repeat a line.
 */
export const eventsRoute: Route = async ({ sql }, request) => {
  const { query, path } = request;
  const skip = Number(query.get("cursor") || 0);
  const count = Number(query.get("count") || 100);
  if (!Number.isInteger(skip) || !Number.isInteger(count)) throw new Refused(400, "invalid cursor or count");
  const ids = [...query.getAll("messageIds"), ...query.getAll("messageId")];
  const rows = await sql<{ doc: Message }[]>`
    SELECT doc FROM (
      (SELECT doc FROM local_qstash.messages
       WHERE cardinality(${ids}::text[]) = 0 OR id = ANY(${ids}::text[]) ORDER BY seq DESC LIMIT ${LOOKED_AT})
      UNION ALL
      (SELECT doc FROM local_qstash.log
       WHERE cardinality(${ids}::text[]) = 0 OR id = ANY(${ids}::text[]) ORDER BY seq DESC LIMIT ${LOOKED_AT})
    ) AS known`;
  const events = rows
    .flatMap(({ doc }) => doc.trail.map((entry) => presentEvent(doc, entry)).reverse())
    .filter((event) => matches(query, event, event.time))
    .sort((a, b) => b.time - a.time);
  const page = events.slice(skip, skip + count);
  const cursor = events.length > skip + count ? String(skip + count) : undefined;
  return { body: { [path.startsWith("/v2/logs") ? "logs" : "events"]: page, cursor } };
};
