import { sql, type Column } from "drizzle-orm";
import { bigint, customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** An instant with zone. The system's own clock (`app_now()`) is the default where there is one. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date", precision: 3 });
export const createdAt = () =>
  instant("created_at")
    .notNull()
    .default(sql`app_now()`);
/** Integer minor units; a currency column stands beside it. Safe in a JS number up to 90 trillion. */
export const minor = (name: string) => bigint(name, { mode: "number" });
const currencyCode = customType<{ data: string }>({ dataType: () => "currency_code" });
/** What an event or a message is of: closed where the code names it, a plain word in the database. */
export const isWord = (column: Column) => sql`${column} ~ '^[a-z][a-z0-9_.-]{0,59}$'`;
/** `list` or `object`, and not any other JSON. */
export const isJson = (column: Column, kind: "array" | "object") => sql`jsonb_typeof(${column}) = ${sql.raw(`'${kind}'`)}`;
export const LOCALES = ["en", "id"] as const;
/** An ISO 4217 code of the listed ones; the domain `currency_code` refuses any other. */
export const currency = (name = "currency") => currencyCode(name).notNull();
/** An app-made UUIDv7. */
export const id = (name = "id") => uuid(name).notNull();
export const propertyId = () => uuid("property_id").notNull();
