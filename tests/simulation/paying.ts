import { insist, tell, type Heard } from "./client.ts";
import type { Asked, Booked, OpenPage, Verb } from "./guests.ts";
import { actOnPage } from "./pages.ts";
import type { Random } from "./random.ts";
import { count } from "./tally.ts";
import type { World } from "./world.ts";

/** A mutation that a guest is about to ask for. */
export function remember(world: World, verb: Verb, guest: Asked["guest"], input: Asked["input"]): Asked {
  const asked: Asked = { verb, guest, input, unknown: true };
  world.asked.push(asked);
  return asked;
}

/** What the guest takes from an answer: a booking, a page, or the booking's end. */
export function learn(world: World, { verb, guest, input }: Asked, heard: Heard<unknown>): Heard<unknown> {
  if (!("answer" in heard)) return heard;
  if (verb === "bookings.hold") {
    const { bookingId, currency } = heard.answer as { bookingId: string; currency: string };
    if (!world.booked.some((one) => one.bookingId === bookingId)) world.booked.push({ guest, bookingId, currency, ended: false });
  }
  if (verb === "payments.start") {
    const { redirectUrl } = heard.answer as { redirectUrl?: string };
    const isPage = redirectUrl && !redirectUrl.startsWith(world.url);
    if (isPage && !world.pages.some(({ url }) => url === redirectUrl)) {
      world.pages.push({ provider: redirectUrl.startsWith(world.cloud.servers.stripe!.url) ? "stripe" : "midtrans", url: redirectUrl, paid: false });
    }
  }
  if (verb === "bookings.cancel" && (heard.answer as { state: string }).state === "cancelled") {
    for (const one of world.booked) if (one.bookingId === input["bookingId"]) one.ended = true;
  }
  return heard;
}

/**
 * Starts to pay for a booking, or for a change of it, and mostly goes on at once; a page left alone may be found
 * again by a later step, or never.
 */
export async function payAt(world: World, { guest, bookingId }: Booked, method: string, random: Random, key: string, changeId?: string): Promise<void> {
  const asked = remember(world, "payments.start", guest, { bookingId, method, ...(changeId && { changeId }), idempotencyKey: `${key}-pay` });
  const heard = learn(world, asked, await insist(world, asked));
  tell(world, changeId ? `pay for a change by ${method}` : `pay by ${method}`, heard);
  const url = "answer" in heard ? (heard.answer as { redirectUrl?: string }).redirectUrl : undefined;
  const opened = world.pages.find((one) => one.url === url);
  if (!opened || !random.chance(0.7)) return;
  for (let moves = 0; moves < 3 && !opened.paid; moves += 1) await act(world, opened, random);
}

/** One thing that a guest does on a page. */
export async function act(world: World, opened: OpenPage, random: Random): Promise<void> {
  const outcome = await actOnPage(opened, random).catch(() => "the page did not answer");
  count(world.tally.outcomes, `${opened.provider} page: ${outcome}`);
}
