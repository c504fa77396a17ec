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

/** Fills in the stand-in's page and presses Pay, as a browser would. @throws when the page isn't left by it */
export async function payOnPage(pageUrl: string, method: OnlineMethod): Promise<void> {
  const answer = await fetch(pageUrl, { method: "POST", body: new URLSearchParams(FORMS[method]), redirect: "manual" });
  if (answer.status === 303) return;
  throw new Error(`the payment page answered ${answer.status} where it should lead back`);
}
