/** How each method of Midtrans gives money back; the others (virtual accounts, counters) can't by API. */
export const REFUND_PATH: Record<string, string | undefined> = {
  credit_card: "refund",
  kredivo: "refund",
  akulaku: "refund",
  gopay: "refund/online/direct",
  shopeepay: "refund/online/direct",
  qris: "refund/online/direct",
  dana: "refund/online/direct",
};

/** Whether money that was taken goes back by itself; where not, a person sends it. */
export function hasWayBack(provider: string, method: string | null): boolean {
  return provider === "stripe" || REFUND_PATH[method ?? ""] !== undefined;
}
