import type { Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";

/**
 * Dead letters are the system's, not a property's: its own hand and its operator may see and move them.
 * @param who `person` where somebody must answer for it
 * @throws FORBIDDEN
 */
export function authorise(ctx: Context, who: "anyone" | "person" = "anyone"): void {
  const { kind } = ctx.actor;
  if (kind === "operator" || (kind === "job" && who === "anyone")) return;
  throw refuse("FORBIDDEN", { what: "dead letters" });
}
