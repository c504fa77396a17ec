import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { bookings } from "./bookings.ts";
import { createdAt, id, instant, isJson, isWord } from "./columns.ts";

/** An event whose followers are still to be published; written in the transaction of its cause. */
export const outbox = pgTable(
  "outbox",
  {
    /** UUIDv7, so the order of ids is the order of events. */
    id: id().primaryKey(),
    type: text("type").notNull(),
    /** Version of the payload's shape. */
    v: smallint("v").notNull().default(1),
    /** Ids and versions only. */
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
    leasedUntil: instant("leased_until"),
    publishedAt: instant("published_at"),
  },
  (t) => [
    index("outbox_ready")
      .on(t.id)
      .where(sql`${t.publishedAt} is null`),
    index("outbox_published")
      .on(t.publishedAt)
      .where(sql`${t.publishedAt} is not null`),
    check("outbox_type", isWord(t.type)),
    check("outbox_payload", sql`${isJson(t.payload, "object")} and ${t.v} >= 1`),
  ],
);

/** What a job has done already, kept behind its effect: it saves a second run, and the effect's own guards make one harmless. */
export const jobRuns = pgTable(
  "job_runs",
  {
    outboxId: id("outbox_id"),
    job: text("job").notNull(),
    doneAt: instant("done_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [primaryKey({ columns: [t.outboxId, t.job] }), index("job_runs_age").on(t.doneAt)],
);

export const DEAD_LETTER_STATES = ["waiting", "replayed", "needs_person", "discarded", "done"] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];
/** In these a letter still asks for something. */
export const OPEN_LETTERS = ["waiting", "replayed", "needs_person"] as const satisfies DeadLetterState[];
export const CLOSED_LETTERS = ["discarded", "done"] as const satisfies DeadLetterState[];
export const FAILURE_KINDS = ["transient", "permanent"] as const;
export const SEVERITIES = ["info", "warning", "critical"] as const;

/** A job that its burst of retries did not bring home. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: id().primaryKey(),
    outboxId: id("outbox_id"),
    job: text("job").notNull(),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    state: text("state").$type<DeadLetterState>().notNull(),
    /** `transient` is replayed by itself until the deadline; `permanent` waits for a person. */
    kind: text("kind").$type<(typeof FAILURE_KINDS)[number]>().notNull(),
    status: integer("status").notNull(),
    error: text("error").notNull(),
    replays: integer("replays").notNull().default(0),
    nextReplayAt: instant("next_replay_at"),
    deadlineAt: instant("deadline_at").notNull(),
    createdAt: createdAt(),
    updatedAt: instant("updated_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    uniqueIndex("dead_letters_message").on(t.outboxId, t.job),
    index("dead_letters_open").on(t.state, t.nextReplayAt).where(isOneOf(t.state, OPEN_LETTERS)),
    index("dead_letters_closed").on(t.updatedAt).where(isOneOf(t.state, CLOSED_LETTERS)),
    check("dead_letters_state", isOneOf(t.state, DEAD_LETTER_STATES)),
    check("dead_letters_kind", isOneOf(t.kind, FAILURE_KINDS)),
    check("dead_letters_job", isWord(t.job)),
    check("dead_letters_payload", sql`${isJson(t.payload, "object")} and ${t.replays} >= 0`),
    check("dead_letters_error", sql`length(${t.error}) <= 4000`),
  ],
);

/** One condition that a person should know of; one open row per cause. */
export const incidents = pgTable(
  "incidents",
  {
    id: id().primaryKey(),
    cause: text("cause").notNull(),
    severity: text("severity").$type<(typeof SEVERITIES)[number]>().notNull(),
    title: text("title").notNull(),
    propertyId: uuid("property_id"),
    bookingId: uuid("booking_id"),
    data: jsonb("data").$type<Record<string, unknown>>().notNull().default({}),
    count: integer("count").notNull().default(1),
    firstAt: instant("first_at")
      .notNull()
      .default(sql`app_now()`),
    lastAt: instant("last_at")
      .notNull()
      .default(sql`app_now()`),
    /** Who looks after it, since when. */
    owner: text("owner"),
    takenAt: instant("taken_at"),
    resolvedAt: instant("resolved_at"),
    /** A person who closed it, and why; both absent where its condition ended by itself. */
    resolvedBy: text("resolved_by"),
    resolution: text("resolution"),
  },
  (t) => [
    uniqueIndex("incidents_open")
      .on(t.cause)
      .where(sql`${t.resolvedAt} is null`),
    index("incidents_cause").on(t.cause),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id], name: "incidents_booking_fk" }),
    // Or the key above would let any booking pass.
    check("incidents_booking_property", sql`${t.bookingId} is null or ${t.propertyId} is not null`),
    check("incidents_owner", sql`(${t.owner} is null) = (${t.takenAt} is null)`),
    check("incidents_resolution", sql`(${t.resolvedBy} is null) = (${t.resolution} is null) and (${t.resolvedBy} is null or ${t.resolvedAt} is not null)`),
    check("incidents_texts", sql`length(${t.cause}) between 1 and 300 and length(${t.title}) between 1 and 300 and ${t.count} >= 1`),
    check("incidents_severity", isOneOf(t.severity, SEVERITIES)),
  ],
);

/** When each part of the tick last ran, with a lease against two runs at once. */
export const tickRuns = pgTable("tick_runs", {
  name: text("name").primaryKey(),
  lastStartedAt: instant("last_started_at"),
  lastDoneAt: instant("last_done_at"),
  leasedUntil: instant("leased_until"),
  summary: jsonb("summary").$type<Record<string, unknown>>(),
});
