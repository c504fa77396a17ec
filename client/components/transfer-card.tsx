import { formatInstant } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { formatMoney } from "../lib/money.ts";
import type { TransferView } from "../lib/types.ts";
import { Card } from "./card.tsx";
import { CopyButton } from "./copy-button.tsx";

const KINDS = {
  account: { at: m.transfer_bank, number: m.transfer_account },
  bill: { at: m.transfer_bank, number: m.transfer_bill },
  counter: { at: m.transfer_store, number: m.transfer_code },
} satisfies Record<TransferView["kind"], { at: () => string; number: () => string }>;

/** Banks and shops as they write themselves; any other in capitals, as most banks are known. */
const NAMES: Record<string, string> = { permata: "Permata", mandiri: "Mandiri", indomaret: "Indomaret", alfamart: "Alfamart", danamon: "Danamon" };

/** Where to send the money, how much and until when, and how long the rooms are kept for it. */
export function TransferCard({ transfer }: { transfer: TransferView }) {
  const { kind, at, number, biller, amount, currency, expiresAt, heldUntil, zone } = transfer;
  const told = KINDS[kind];
  const money = formatMoney(amount, currency);
  const outlives = expiresAt !== null && heldUntil !== null && Date.parse(expiresAt) > Date.parse(heldUntil);
  return (
    <Card title={m.transfer_title({ amount: money })}>
      <p role="status">{m.transfer_lead()}</p>
      <dl className="mt-4 grid gap-4 sm:grid-cols-2">
        <Fact term={told.at()} text={NAMES[at] ?? at.toUpperCase()} />
        <Fact term={m.transfer_amount()} text={money} />
        {biller && <Fact term={m.transfer_biller()} text={biller} copies />}
        <Fact term={told.number()} text={number} copies />
        {expiresAt && <Fact term={m.transfer_until()} text={formatInstant(expiresAt, zone)} />}
        {heldUntil && <Fact term={m.transfer_held()} text={formatInstant(heldUntil, zone)} />}
      </dl>
      {outlives && <p className="mt-4 text-[0.95rem] text-soft">{m.transfer_short()}</p>}
    </Card>
  );
}

function Fact({ term, text, copies = false }: { term: string; text: string; copies?: boolean }) {
  return (
    <div>
      <dt className="text-sm font-semibold text-soft">{term}</dt>
      <dd className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="tabular font-bold break-all">{text}</span>
        {copies && (
          <CopyButton text={() => text} label={m.copy_what({ what: term })}>
            {m.copy()}
          </CopyButton>
        )}
      </dd>
    </div>
  );
}
