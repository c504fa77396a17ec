import type { Stripe } from "stripe";
import { html, page, type Html } from "../kit/page.ts";
import type { Reply } from "../kit/serve.ts";
import { decimalsOf } from "./amounts.ts";
import { TEST_CARDS } from "./cards.ts";
import { successUrl } from "./pay.ts";
import { lineItemsOf } from "./sessions.ts";
import type { StripeState } from "./state.ts";

const MODE = "Test mode: no money moves";

/** What a try left behind: what went wrong, and what need not be typed again. */
export interface LastTry {
  alert?: string;
  email?: string;
  name?: string;
}

/** The hosted page of a session: pay, or why not. */
export function sessionPage(state: StripeState, session: Stripe.Checkout.Session, last: LastTry): Reply {
  if (session.status === "expired") return closedPage(session, "This payment page has expired");
  if (session.status === "complete") return closedPage(session, "This payment is complete");
  const body = html` ${summary(state, session)} ${last.alert ? html`<p class="alert" role="alert">${last.alert}</p>` : undefined}
    <form method="post" autocomplete="off">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" required value="${session.customer_email ?? last.email ?? session.customer_details?.email ?? ""}" />
      <label for="card">Card number</label>
      <input id="card" name="card" list="cards" inputmode="numeric" required value="4242 4242 4242 4242" aria-describedby="card-help" />
      <datalist id="cards">${TEST_CARDS.map((card) => html`<option value="${spaced(card.number)}">${card.about}</option>`)}</datalist>
      <p class="note" id="card-help">Type or choose any number of the table below.</p>
      <div class="row">
        <div><label for="expiry">Expiry</label><input id="expiry" name="expiry" value="12 / 34" /></div>
        <div><label for="cvc">Security code</label><input id="cvc" name="cvc" inputmode="numeric" value="123" /></div>
      </div>
      <label for="name">Name on the card</label>
      <input id="name" name="name" value="${last.name ?? "Test Guest"}" />
      <button type="submit">${submitText(session)} ${money(session.amount_total ?? 0, session.currency ?? "")}</button>
    </form>
    ${session.cancel_url ? html`<p><a href="${session.cancel_url}">Back</a></p>` : undefined}
    <h2>Test cards</h2>
    <table>
      <caption class="note">
        What each number does
      </caption>
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        ${TEST_CARDS.map(
          (card) =>
            html`<tr>
              <td><code>${spaced(card.number)}</code></td>
              <td>${card.about}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  return page("Pay by card", MODE, body);
}

/** The bank's 3D Secure page. */
export function challengePage(intent: Stripe.PaymentIntent): Reply {
  const body = html` <p>The bank asks whether it is really you who pays.</p>
    <p class="amount">${money(intent.amount, intent.currency)}</p>
    <form method="post">
      <button name="result" value="complete" type="submit">Complete authentication</button>
      <button name="result" value="fail" type="submit" class="second">Fail authentication</button>
    </form>`;
  return page("3D Secure", MODE, body);
}

export function messagePage(title: string, text: string, status: number): Reply {
  return page(title, MODE, html`<p>${text}</p>`, status);
}

function closedPage(session: Stripe.Checkout.Session, title: string): Reply {
  const back = session.status === "complete" ? successUrl(session) : session.cancel_url;
  const text = session.status === "complete" ? "Nothing more is to be paid here." : "Nothing was charged. Please start again from the shop.";
  return page(
    title,
    MODE,
    html`<p>${text}</p>
      ${back ? html`<p><a href="${back}">Back</a></p>` : undefined}`,
  );
}

function summary(state: StripeState, session: Stripe.Checkout.Session): Html {
  const rows = lineItemsOf(state, session.id).map(
    (item) =>
      html`<tr>
        <td>${item.description ?? ""}</td>
        <td class="number">${item.quantity ?? 1}</td>
        <td class="number">${money(item.amount_total, item.currency)}</td>
      </tr>`,
  );
  return html`<p class="amount">${money(session.amount_total ?? 0, session.currency ?? "")}</p>
    <table>
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Quantity</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

function submitText(session: Stripe.Checkout.Session): string {
  return session.submit_type === "book" ? "Book" : "Pay";
}

function spaced(number: string): string {
  return number.replace(/(.{4})(?=.)/g, "$1 ");
}

function money(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return new Intl.NumberFormat("en", { style: "currency", currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(minor / 10 ** decimals);
}
