import type { OpenPage } from "./guests.ts";
import type { Random } from "./random.ts";

/** What a guest may do on a provider's page, by how often. */
const STRIPE_CARDS = {
  "4242424242424242": 50,
  "4000000000000002": 20, // declined
  "4000002760003184": 16, // asks for 3-D Secure
  "4000008400001629": 3, // 3-D Secure, then declined
  "4000000000007726": 5, // refunds are pending first
  "4000000000005126": 3, // refunds fail later
  "4000000000000259": 3, // disputed
};
const MIDTRANS_CARDS = {
  "4811111111111114": 60,
  "4911111111111113": 20, // denied
  "4511111111111117": 20, // challenged
};
const MIDTRANS_MOVES = { card: 45, bank_transfer: 20, qris: 10, transfer: 20, expire: 5 };

/** One thing that the guest does on the page. @returns what came of it, by kind */
export async function actOnPage(page: OpenPage, random: Random): Promise<string> {
  if (page.challengeUrl) return answerBank(page, random);
  const form = page.provider === "stripe" ? { card: random.weighted(STRIPE_CARDS), email: "guest@sim.test" } : midtransForm(random);
  return follow(page, await post(page.url, form));
}

/** Pays by a card that nothing is wrong with. */
export async function paySurely(page: OpenPage): Promise<void> {
  const stripe = { card: "4242424242424242", email: "guest@sim.test" };
  const midtrans = { do: "card", card: "4811111111111114" };
  follow(page, await post(page.url, page.provider === "stripe" ? stripe : midtrans));
}

function midtransForm(random: Random): Record<string, string> {
  const move = random.weighted(MIDTRANS_MOVES);
  if (move === "card") return { do: "card", card: random.weighted(MIDTRANS_CARDS) };
  return move === "bank_transfer" ? { do: move, bank: "bca" } : { do: move };
}

/** The bank's page: passed, failed, or left open. */
async function answerBank(page: OpenPage, random: Random): Promise<string> {
  const url = page.challengeUrl!;
  const what = random.weighted({ complete: 70, fail: 15, abandon: 15 });
  if (what === "abandon") return "bank page left open";
  delete page.challengeUrl;
  return follow(page, await post(url, { result: what }));
}

async function post(url: string, form: Record<string, string>): Promise<{ status: number; next: string | null }> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
  await response.arrayBuffer();
  return { status: response.status, next: response.headers.get("location") };
}

function follow(page: OpenPage, { next }: { next: string | null }): string {
  if (!next) return "stayed on the page";
  const url = new URL(next, page.url);
  if (url.pathname.includes("/pay/return")) {
    page.paid = true;
    return "paid";
  }
  if (!/challenge|3ds/.test(url.pathname)) return "sent back to the page";
  page.challengeUrl = url.href;
  return "asked by the bank";
}
