import { eq, inArray, or } from "drizzle-orm";
import { disputes, payments, providerLists, refunds } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { raiseIncident } from "../platform/incidents.ts";
import { gateways, type Moved, type PaymentGateway, type Provider } from "../payments/index.ts";
import { settle } from "./settle.ts";
import { databaseNow } from "./view.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back a list that was never read begins. */
const FIRST_MS = 30 * DAY_MS;
/** Spans overlap, since an object may enter the list some time after it was made. */
const OVERLAP_MS = HOUR_MS;
/** What is behind by more than so many days is caught up over several runs. */
const DAYS_A_RUN = 7;

/**
 * Reads what moved at each provider that lists it, for the whole account, day by day since the last run: a refund or dispute
 * whose notice never came is found within a day, however old its payment is. One of a payment that isn't ours is an incident.
 * @returns how many payments were read anew, and how many objects nobody knows
 */
export async function findMoved(ctx: Context): Promise<{ read: number; unknown: number }> {
  let read = 0;
  let unknown = 0;
  for (const [provider, gateway] of Object.entries(gateways(ctx.config)) as [Provider, PaymentGateway][]) {
    if (!gateway.listMoved) continue;
    const now = await databaseNow(ctx.db);
    const [known] = await ctx.db.select().from(providerLists).where(eq(providerLists.provider, provider));
    let until = known?.listedUntil ?? new Date(now.getTime() - FIRST_MS);
    for (let days = 0; days < DAYS_A_RUN && until < now; days++) {
      const from = new Date(until.getTime() - OVERLAP_MS);
      until = new Date(Math.min(until.getTime() + DAY_MS, now.getTime()));
      const found = await lookAt(ctx, provider, await gateway.listMoved(from, until));
      read += found.read;
      unknown += found.unknown;
      const row = { provider, listedUntil: until };
      await ctx.db.insert(providerLists).values(row).onConflictDoUpdate({ target: providerLists.provider, set: row });
    }
  }
  return { read, unknown };
}

async function lookAt(ctx: Context, provider: Provider, moved: readonly Moved[]): Promise<{ read: number; unknown: number }> {
  const news = await notKnown(ctx, moved);
  let read = 0;
  let unknown = 0;
  for (const one of news) {
    const names = [
      one.paymentRef === undefined ? undefined : eq(payments.paymentRef, one.paymentRef),
      one.paymentId === undefined ? undefined : eq(payments.id, one.paymentId),
    ].filter((name) => name !== undefined);
    const [payment] =
      names.length > 0
        ? await ctx.db
            .select({ id: payments.id })
            .from(payments)
            .where(or(...names))
        : [];
    if (payment) {
      read += 1;
      // One that can't be read now is read by its payment's own sweep, and keeps no other from being found.
      await settle(ctx, payment.id).catch((error: unknown) => {
        ctx.log.warn("a payment that moved could not be read", { payment_id: payment.id, provider }, error);
      });
      continue;
    }
    unknown += 1;
    await raiseIncident(ctx.db, {
      cause: `provider-unknown:${one.ref}`,
      severity: "warning",
      title: `${provider} has a ${one.kind} of a payment that we don't know`,
      data: { provider, ...one },
      count: 1,
    });
  }
  return { read, unknown };
}

async function notKnown(ctx: Context, moved: readonly Moved[]): Promise<Moved[]> {
  const refs = moved.map(({ ref }) => ref);
  if (refs.length === 0) return [];
  const [given, disputed] = await Promise.all([
    ctx.db.select({ ref: refunds.providerRef }).from(refunds).where(inArray(refunds.providerRef, refs)),
    ctx.db.select({ ref: disputes.providerRef }).from(disputes).where(inArray(disputes.providerRef, refs)),
  ]);
  const known = new Set([...given, ...disputed].map(({ ref }) => ref));
  return moved.filter(({ ref }) => !known.has(ref));
}
