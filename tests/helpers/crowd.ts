import { DEMO_KEYS } from "../../local/keys.ts";
import type { HoldInput } from "../../server/bookings/schemas.ts";
import { guestCookie } from "./guest-cookie.ts";

interface WireBody {
  error?: { message: string; data: { domain?: { code: string; facts: Record<string, unknown> } } };
}

/** A guest who holds nothing yet asks to hold; `held`, or the refusal's code with its facts. */
export async function askToHold(url: string, input: HoldInput): Promise<{ outcome: string; facts: Record<string, unknown> }> {
  const response = await fetch(`${url}/trpc/bookings.hold`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url, cookie: await guestCookie(DEMO_KEYS.AUTH_SECRET) },
    body: JSON.stringify({ ...input, idempotencyKey: crypto.randomUUID() }),
  });
  const { error } = (await response.json()) as WireBody;
  return { outcome: error ? (error.data.domain?.code ?? `${response.status} ${error.message}`) : "held", facts: error?.data.domain?.facts ?? {} };
}

/** As the web app does: a busy room is asked for again after the time that the server names. */
export async function askPatiently(url: string, input: HoldInput): Promise<string> {
  for (;;) {
    const { outcome, facts } = await askToHold(url, input);
    if (outcome !== "ROOM_BUSY") return outcome;
    await new Promise((resolve) => setTimeout(resolve, Number(facts["retryAfterMs"])));
  }
}

/** How often each outcome came. */
export function tally(outcomes: string[]): Record<string, number> {
  return outcomes.reduce<Record<string, number>>((counts, outcome) => ({ ...counts, [outcome]: (counts[outcome] ?? 0) + 1 }), {});
}
