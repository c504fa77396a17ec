import { randomUUID } from "node:crypto";
import type { MidtransState, Transaction } from "./state.ts";
import { view } from "./view.ts";

/** Stores the transaction and tells the merchant; call it in the transaction of the change. */
export function saveAndNotify(state: MidtransState, transaction: Transaction): void {
  state.transactions.put(transaction.id, transaction);
  const order = state.orders.get(transaction.orderId);
  const body = JSON.stringify(view(state, transaction, "midtrans payment notification"));
  for (const url of order?.notify ?? []) state.webhooks.send(randomUUID(), url, body);
}

/**
 * Where an order's notifications go. `X-Override-Notification` takes the place of the configured
 * address, `X-Append-Notification` joins it; up to three addresses with commas.
 * @returns undefined when one of them is none, or there are too many
 */
export function notifyUrls(configured: string | undefined, headers: Record<string, string>): string[] | undefined {
  const list = (text = ""): string[] =>
    text
      .split(",")
      .map((url) => url.trim())
      .filter((url) => url !== "");
  const [override, append] = [list(headers["x-override-notification"]), list(headers["x-append-notification"])];
  const isUrl = (url: string): boolean => /^https?:\/\//.test(url) && URL.canParse(url);
  if (override.length > 3 || append.length > 3 || ![...override, ...append].every(isUrl)) return undefined;
  return override.length > 0 ? override : [...list(configured), ...append];
}
