import { sql } from "drizzle-orm";
import { check, pgTable, text, unique } from "drizzle-orm/pg-core";
import { createdAt, id, propertyId } from "./columns.ts";
import { properties } from "./properties.ts";

/** One property on one channel (OTA). Credentials, mappings and cursors come with channel sync. */
export const channelConnections = pgTable(
  "channel_connections",
  {
    id: id().primaryKey(),
    propertyId: propertyId().references(() => properties.id),
    channel: text("channel").notNull(),
    state: text("state").notNull().default("draft"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("channel_connections_property_id").on(t.propertyId, t.id),
    unique("channel_connections_channel").on(t.propertyId, t.channel),
    check("channel_connections_state", sql`${t.state} in ('draft','testing','active','degraded','suspended')`),
  ],
);
