import type { Context } from "../context.ts";
import { versionOf } from "./by-slug.ts";
import { bySlugInput } from "./schemas.ts";

/** Whether a property's page stands at this slug: one read by its index, as `bySlug` makes before all others. */
export async function isPublished({ db }: Pick<Context, "db">, slug: string): Promise<boolean> {
  return bySlugInput.shape.slug.safeParse(slug).success && (await versionOf(db, { slug })).length > 0;
}
