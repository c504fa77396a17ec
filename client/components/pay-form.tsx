import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import { formatMoney } from "../lib/money.ts";
import { paths } from "../lib/paths.ts";
import type { BookingSearch } from "../lib/search-params.ts";
import { trpc } from "../lib/trpc.ts";
import type { BookingView } from "../lib/types.ts";
import { Button } from "./button.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { ProofDialog } from "./proof-dialog.tsx";

type Method = BookingView["paymentMethods"][number];
const METHODS = {
  stripe: [m.method_card, m.method_card_text],
  midtrans: [m.method_midtrans, m.method_midtrans_text],
  property: [m.method_property, m.method_property_text],
} satisfies Record<Method, [() => string, () => string]>;

/** How to pay the booking, or the difference of its change. Online methods go to the provider's own page: no card data is ever ours. */
export function PayForm({ booking, access, change }: { booking: BookingView; access: BookingSearch; change?: NonNullable<BookingView["change"]> }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const methods = booking.paymentMethods.filter((option) => !change || option !== "property");
  const [method, setMethod] = useState<Method | undefined>(methods[0]);
  const intent = `pay:${change?.id ?? booking.id}`;
  const start = useMutation({
    ...trpc.payments.start.mutationOptions(),
    onError: () => queries.invalidateQueries({ queryKey: trpc.bookings.pathKey() }),
    onSuccess: async (result) => {
      intentDone(intent);
      if (result.status === "redirect") return window.location.assign(result.redirectUrl);
      await queries.invalidateQueries({ queryKey: trpc.bookings.pathKey() });
      if (!change) await navigate({ ...paths.confirmed(booking.id, access), replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!method) return;
    const body = { bookingId: booking.id, ...access, method, ...(change && { changeId: change.id }) };
    start.mutate({ ...body, idempotencyKey: intentKey(intent, body) });
  };
  // On its way to the provider's page the button stays busy: a second press would start a second payment.
  const leaving = start.isPending || start.data?.status === "redirect";
  return (
    <form onSubmit={submit} className="grid gap-5">
      <fieldset className="grid gap-3">
        <legend className="sr-only">{m.payment_method()}</legend>
        {methods.map((option) => (
          <label key={option} className="grid grid-cols-[auto_1fr] gap-x-3 rounded-xl border border-field p-4 has-checked:border-clay-600 has-checked:bg-sand-100">
            <input type="radio" name="method" value={option} checked={option === method} onChange={() => setMethod(option)} className="row-span-2 mt-0.5 size-5 accent-clay-600" />
            <span className="font-semibold">{METHODS[option][0]()}</span>
            <span className="text-[0.95rem] text-soft">{METHODS[option][1]()}</span>
          </label>
        ))}
      </fieldset>
      <ErrorNotice error={start.error}>
        <ProofDialog error={start.error} email={booking.guest.email} onProven={() => start.variables && start.mutate(start.variables)} />
      </ErrorNotice>
      <Button type="submit" disabled={!method} busy={leaving ? m.one_moment() : undefined}>
        {method === "property" ? m.confirm_booking() : m.pay_amount({ amount: formatMoney(change?.due ?? booking.dueOnline, booking.currency) })}
      </Button>
      {method !== "property" && <p className="text-sm text-soft">{m.pay_explained()}</p>}
    </form>
  );
}
