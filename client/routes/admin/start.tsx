import { useSuspenseQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { paths } from "../../lib/paths.ts";
import { trpc } from "../../lib/trpc.ts";

/** Opens the first property's day. */
export function AdminStart() {
  const { data: properties } = useSuspenseQuery(trpc.admin.inventory.myProperties.queryOptions());
  const first = properties[0];
  return first ? <Navigate {...paths.adminToday(first.id)} replace /> : null;
}
