/** The test cards that both vendors publish, in the fields of the stand-ins' pages. */
const FORMS = {
  stripe: { card: "4242424242424242", name: "Smoke Test" },
  midtrans: { do: "card", card: "4811111111111114" },
};

export type OnlineMethod = keyof typeof FORMS;

/** A stand-in's page is on this machine; a vendor's own asks for a person with a browser. */
export function isStandIn(pageUrl: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(pageUrl).hostname);
}

/** Fills in the stand-in's page and presses Pay, as a browser would; passes the bank's challenge. @throws when the page isn't left by it */
export async function payOnPage(pageUrl: string, method: OnlineMethod): Promise<void> {
  const next = await submit(pageUrl, FORMS[method]);
  const isChallenge = new URL(next).origin === new URL(pageUrl).origin;
  if (isChallenge) await submit(next, { result: "complete" });
}

async function submit(url: string, form: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
  const next = answer.headers.get("location");
  if (answer.status === 303 && next) return new URL(next, url).href;
  throw new Error(`the payment page answered ${answer.status} where it should lead on`);
}
