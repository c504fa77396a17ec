import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { Notice } from "../../components/notice.tsx";
import { Page } from "../../components/page.tsx";
import { m } from "../../lib/i18n/compiled/messages.js";
import { paths } from "../../lib/paths.ts";
import { trpc } from "../../lib/trpc.ts";

/** The hotelier's side: which property, then its screens. */
export function AdminShell() {
  const navigate = useNavigate();
  const { propertyId } = useParams({ strict: false });
  const { data: properties } = useSuspenseQuery(trpc.admin.inventory.myProperties.queryOptions());
  if (properties.length === 0) {
    return (
      <Page title={m.admin_title()}>
        <Notice title={m.admin_no_property()}>{m.admin_no_property_advice()}</Notice>
      </Page>
    );
  }
  const current = properties.find((property) => property.id === propertyId);
  return (
    <>
      <div className="border-b border-sand-200 bg-sand-100">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-3 px-4 py-3 sm:px-6">
          <label className="flex flex-wrap items-center gap-2 text-sm font-semibold">
            {m.property()}
            <select
              className="min-h-11 max-w-full rounded-xl border border-field bg-white px-3 text-base font-normal"
              value={current?.id ?? ""}
              onChange={(event) => void navigate(paths.adminToday(event.target.value))}
            >
              {!current && <option value="">{m.choose_property()}</option>}
              {properties.map((property) => (
                <option key={property.id} value={property.id}>
                  {property.name} · {property.city}
                </option>
              ))}
            </select>
          </label>
          {current && <p className="text-sm text-soft">{m.property_time({ zone: current.zone })}</p>}
        </div>
      </div>
      <Outlet />
    </>
  );
}
