import { sql } from "drizzle-orm";
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
/** An ISO 4217 code of the listed ones; the domain `currency_code` refuses any other. */
export const currency = (name = "currency") => currencyCode(name).notNull();
/** An app-made UUIDv7. */
export const id = (name = "id") => uuid(name).notNull();
export const propertyId = () => uuid("property_id").notNull();
