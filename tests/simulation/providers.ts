import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Stripe } from "stripe";
import type { Order, Transaction } from "../../local/midtrans/state.ts";
import type { World } from "./world.ts";

interface OwnPayment extends Record<string, unknown> {
  id: string;
  provider: string;
  state: string;
  pageRef: string | null;
  paymentRef: string | null;
  captured: number;
}
interface OwnRefund extends Record<string, unknown> {
  id: string;
  paymentId: string;
  providerRef: string | null;
  amount: number;
  state: string;
}

interface OwnDispute extends Record<string, unknown> {
  providerRef: string;
  amount: number;
  state: string;
}

/** Each of the providers' objects is known to us as it is, and each of ours is known to them. */
export async function checkProviders(world: World): Promise<string[]> {
  // The past's payments were made at other providers' ends.
  const here = world.properties.map(({ propertyId }) => `'${propertyId}'`).join();
  const own = await world.database.db.execute<OwnPayment>(
    `select id, provider, state, page_ref as "pageRef", payment_ref as "paymentRef", captured::int from payments where property_id in (${here})`,
  );
  const refunds = await world.database.db.execute<OwnRefund>(`select id, payment_id as "paymentId", provider_ref as "providerRef", amount::int, state from refunds`);
  const disputes = await world.database.db.execute<OwnDispute>(`select provider_ref as "providerRef", amount::int, state from disputes`);
  return [...checkStripe(world, own, refunds, disputes), ...checkMidtrans(world, own, refunds)];
}

function checkStripe({ cloudFolder }: World, own: readonly OwnPayment[], ownRefunds: readonly OwnRefund[], ownDisputes: readonly OwnDispute[]): string[] {
  const docs = openDocs(join(cloudFolder, "cloud", "stripe.sqlite"));
  const wrong: string[] = [];
  const sessions = docs.read<Stripe.Checkout.Session>("sessions");
  const intents = docs.read<Stripe.PaymentIntent>("intents");
  const refunds = docs.read<Stripe.Refund>("refunds");
  const disputes = docs.read<Stripe.Dispute>("disputes");
  docs.close();
  for (const session of sessions) {
    const payment = own.find(({ id }) => id === session.metadata?.["payment_id"]);
    if (!payment) wrong.push(`Stripe's page ${session.id} belongs to no payment of ours`);
    // A page whose making was answered with an error has an address that nobody was given: harmless, unless it was paid.
    else if (payment.pageRef !== null && payment.pageRef !== session.id && session.payment_status !== "unpaid")
      wrong.push(`Stripe has a second page ${session.id} for payment ${payment.id}`);
  }
  for (const intent of intents) {
    const payment = own.find(({ id }) => id === intent.metadata["payment_id"]);
    if (!payment) wrong.push(`Stripe's payment ${intent.id} belongs to no payment of ours`);
    else if (intent.amount_received > 0 && intent.id !== payment.paymentRef)
      wrong.push(`Stripe has received ${intent.amount_received} for payment ${payment.id} by ${intent.id}, and we know of ${payment.paymentRef}`);
    else if (intent.status === "requires_capture") wrong.push(`Stripe still holds an authorisation for payment ${payment.id}, which is ${payment.state} here`);
  }
  for (const refund of refunds) {
    const known = ownRefunds.find(({ providerRef }) => providerRef === refund.id);
    const state = refund.status === "canceled" ? "failed" : refund.status;
    if (!known) wrong.push(`Stripe's refund ${refund.id} of ${refund.amount} is not known to us`);
    else if (known.amount !== refund.amount || known.state !== state)
      wrong.push(`Stripe's refund ${refund.id} is ${refund.amount} ${state}, and ours is ${known.amount} ${known.state}`);
  }
  for (const { id, amount, status } of disputes) {
    const known = ownDisputes.find(({ providerRef }) => providerRef === id);
    if (!known) wrong.push(`Stripe's dispute ${id} of ${amount} is not known to us`);
    else if (known.amount !== amount || ((status === "won" || status === "lost") && known.state !== status))
      wrong.push(`Stripe's dispute ${id} is ${amount} ${status}, and ours is ${known.amount} ${known.state}`);
  }
  for (const payment of own.filter(({ provider }) => provider === "stripe")) {
    // Two intents that each took what we know of are one charge too many.
    const received = intents.filter(({ metadata }) => metadata["payment_id"] === payment.id).reduce((sum, intent) => sum + intent.amount_received, 0);
    if (received !== payment.captured) wrong.push(`Stripe has received ${received} for payment ${payment.id}, and we know of ${payment.captured}`);
    if (payment.pageRef && !sessions.some(({ id }) => id === payment.pageRef)) wrong.push(`Stripe has no page for payment ${payment.id}`);
    if (payment.paymentRef && !intents.some(({ id }) => id === payment.paymentRef)) wrong.push(`Stripe has no payment for payment ${payment.id}`);
    for (const { id, providerRef } of ownRefunds.filter(({ paymentId }) => paymentId === payment.id)) {
      if (providerRef && !refunds.some((refund) => refund.id === providerRef)) wrong.push(`Stripe has no refund for refund ${id}`);
    }
  }
  return wrong;
}

function checkMidtrans({ cloudFolder }: World, own: readonly OwnPayment[], ownRefunds: readonly OwnRefund[]): string[] {
  const docs = openDocs(join(cloudFolder, "cloud", "midtrans.sqlite"));
  const orders = docs.read<Order>("orders");
  const transactions = docs.read<Transaction>("transactions");
  docs.close();
  const wrong: string[] = [];
  for (const order of orders) {
    const payment = own.find(({ id }) => id === order.orderId);
    if (!payment) {
      wrong.push(`Midtrans' order ${order.orderId} is no payment of ours`);
      continue;
    }
    const now = transactions.find(({ id }) => id === order.transactionId);
    const taken = transactions.filter((one) => one.orderId === order.orderId && isTaken(one)).reduce((sum, { amount }) => sum + amount * 100, 0);
    // A card's money that was let go before its settlement counts as taken and given back here.
    const letGo = ownRefunds.filter((refund) => refund.paymentId === payment.id && refund.providerRef?.endsWith(":cancel")).reduce((sum, refund) => sum + refund.amount, 0);
    const kept = payment.state === "voided" ? 0 : payment.captured - letGo;
    if (taken !== kept) wrong.push(`Midtrans has taken ${taken} for payment ${payment.id}, and we know of ${kept}`);
    if (now?.status === "authorize") wrong.push(`Midtrans still holds an authorisation for payment ${payment.id}, which is ${payment.state} here`);
    const theirs = (now?.refunds ?? []).map((refund) => refund.refund_key).toSorted();
    const ours = ownRefunds.filter((refund) => refund.paymentId === payment.id && refund.state === "succeeded" && !refund.providerRef?.endsWith(":cancel")).map(({ id }) => id);
    if (theirs.join() !== ours.toSorted().join()) wrong.push(`Midtrans has the refunds ${theirs.join()} for payment ${payment.id}, and we have ${ours.join()}`);
  }
  for (const payment of own.filter(({ provider, pageRef }) => provider === "midtrans" && pageRef)) {
    if (!orders.some(({ orderId }) => orderId === payment.id)) wrong.push(`Midtrans has no order for payment ${payment.id}`);
  }
  return wrong;
}

function isTaken({ status, fraud }: Transaction): boolean {
  return ["capture", "settlement", "refund", "partial_refund"].includes(status) && fraud !== "challenge";
}

/** A stand-in's own store, read from beside. */
function openDocs(file: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  return {
    read: <T>(kind: string): T[] =>
      database
        .prepare("select doc from docs where kind = ? order by seq")
        .all(kind)
        .map((row) => JSON.parse(String(row["doc"])) as T),
    close: () => database.close(),
  };
}
