// The tables that better-auth reads and writes (names and columns are its own, in snake case),
// and the tenant: an organisation owns properties and has members with roles.
import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, smallint, text, uniqueIndex } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, id, instant } from "./columns.ts";

export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull().unique(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [check("users_email", sql`${t.email} = lower(${t.email})`)],
);

export const sessions = pgTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    expiresAt: instant("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    activeOrganizationId: text("active_organization_id"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [index("sessions_user").on(t.userId), index("sessions_age").on(t.expiresAt)],
);

export const credentials = pgTable(
  "accounts",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: instant("access_token_expires_at"),
    refreshTokenExpiresAt: instant("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [index("accounts_user").on(t.userId)],
);

export const verifications = pgTable(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [index("verifications_identifier").on(t.identifier), index("verifications_age").on(t.expiresAt)],
);

/** better-auth's own of an organisation. */
const ROLES = ["owner", "admin", "member"] as const;

export const organizations = pgTable("organizations", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  slug: text("slug").notNull().unique(),
  logo: text("logo"),
  metadata: text("metadata"),
  createdAt: createdAt(),
});

export const members = pgTable(
  "members",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role").notNull().default("member"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("members_organization_user").on(t.organizationId, t.userId), index("members_user").on(t.userId), check("members_role", isOneOf(t.role, ROLES))],
);

export const invitations = pgTable(
  "invitations",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    email: text("email").notNull(),
    role: text("role"),
    status: text("status").notNull().default("pending"),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
    inviterId: text("inviter_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
  },
  (t) => [
    index("invitations_organization").on(t.organizationId),
    index("invitations_email").on(t.email),
    check("invitations_role", isOneOf(t.role, ROLES)),
    check("invitations_status", isOneOf(t.status, ["pending", "accepted", "rejected", "canceled"])),
    check("invitations_email_lower", sql`${t.email} = lower(${t.email})`),
  ],
);

/** A code mailed to an address, to prove it for one cookie or account. The code itself is nowhere: it is made of the row's id. */
export const contactProofs = pgTable(
  "contact_proofs",
  {
    id: id().primaryKey(),
    /** `actorKey()`'s text: who asked, and whom alone it serves. */
    actor: text("actor").notNull(),
    /** Until the mail is out. */
    email: text("email"),
    /** Keyed hashes of the address, and of the network that asked. */
    contact: text("contact").notNull(),
    network: text("network").notNull(),
    tries: smallint("tries").notNull().default(0),
    expiresAt: instant("expires_at").notNull(),
    provenAt: instant("proven_at"),
    createdAt: createdAt(),
  },
  (t) => [
    index("contact_proofs_actor").on(t.actor, t.contact),
    index("contact_proofs_contact").on(t.contact, t.createdAt),
    index("contact_proofs_network").on(t.network, t.createdAt),
    index("contact_proofs_age").on(t.createdAt),
    check("contact_proofs_texts", sql`length(${t.actor}) between 1 and 120 and length(${t.email}) <= 254`),
    check("contact_proofs_tries", sql`${t.tries} between 0 and 5`),
  ],
);
