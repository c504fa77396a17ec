import { check, pgTable, text, unique } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, id, isWord, propertyId } from "./columns.ts";
import { properties } from "./properties.ts";

const CONNECTION_STATES = ["draft", "testing", "active", "degraded", "suspended"] as const;

/** One property on one channel (OTA). Credentials, mappings and cursors come with channel sync. */
export const channelConnections = pgTable(
  "channel_connections",
  {
    id: id().primaryKey(),
    propertyId: propertyId().references(() => properties.id),
    channel: text("channel").notNull(),
    state: text("state").$type<(typeof CONNECTION_STATES)[number]>().notNull().default("draft"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("channel_connections_property_id").on(t.propertyId, t.id),
    unique("channel_connections_channel").on(t.propertyId, t.channel),
    check("channel_connections_word", isWord(t.channel)),
    check("channel_connections_state", isOneOf(t.state, CONNECTION_STATES)),
  ],
);
