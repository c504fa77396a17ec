import { html, page, type Html } from "../kit/page.ts";
import type { Reply } from "../kit/serve.ts";
import { TEST_CARDS } from "./cards.ts";
import { finishUrl, isOpen } from "./pay.ts";
import { findTransaction, type MidtransState, type Order, type Transaction } from "./state.ts";
import { jakartaTime } from "./time.ts";
import { BANKS, BILLER_CODE } from "./methods.ts";
import { qrString } from "./view.ts";

const MODE = "Simulator: no money moves";

/** The Snap page of an order, as far as it has come. */
export function orderPage(state: MidtransState, order: Order, alert?: string): Reply {
  const current = findTransaction(state, order.orderId);
  const back = current ? finishUrl(state, current) : order.finishUrl;
  const body = html` ${summary(order)} ${alert ? html`<p class="alert" role="alert">${alert}</p>` : undefined}
  ${current?.status === "pending" && current.type !== "credit_card" ? waiting(current) : undefined} ${isOpen(state, order) ? methods(order) : closed(current)}
  ${back ? html`<p><a href="${back}">Back</a></p>` : undefined}`;
  return page("Payment", MODE, body);
}

/** The bank's 3D Secure page. */
export function challengePage(transaction: Transaction): Reply {
  const body = html` <p>The bank asks whether it is really you who pays.</p>
    <p class="amount">${rupiah(transaction.amount)}</p>
    <form method="post">
      <label for="otp">One-time password</label>
      <input id="otp" name="otp" inputmode="numeric" value="112233" />
      <button name="result" value="complete" type="submit">Complete authentication</button>
      <button name="result" value="fail" type="submit" class="second">Fail authentication</button>
    </form>`;
  return page("3D Secure", MODE, body);
}

/** The payer's app, or the bank's counter. */
export function waitingPage(transaction: Transaction): Reply {
  return page(
    "Payment",
    MODE,
    html`<p class="amount">${rupiah(transaction.amount)}</p>
      ${waiting(transaction)}`,
  );
}

export function messagePage(title: string, text: string, status: number): Reply {
  return page(title, MODE, html`<p>${text}</p>`, status);
}

function summary(order: Order): Html {
  const rows = order.items.map(
    (item) =>
      html`<tr>
        <td>${item.name}</td>
        <td class="number">${item.quantity}</td>
        <td class="number">${rupiah(item.price * item.quantity)}</td>
      </tr>`,
  );
  return html`<p class="amount">${rupiah(order.amount)}</p>
    <p class="note">Order ${order.orderId}</p>
    ${
      rows.length > 0
        ? html`<table>
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
          </table>`
        : undefined
    }`;
}

function waiting(transaction: Transaction): Html {
  const [title, what, content] = instructions(transaction);
  return html`<h2>${title}</h2>
    <p>${what}</p>
    <p><code>${content}</code></p>
    <p class="note">Pay until ${jakartaTime(transaction.expiresAt ?? 0)} (GMT+7).</p>
    <form method="post">
      <button name="do" value="transfer" type="submit">Simulate the transfer</button>
      <button name="do" value="expire" type="submit" class="second">Let it expire</button>
    </form>`;
}

function instructions({ type, bank, vaNumber, billKey, ...rest }: Transaction): [title: string, what: string, content: string] {
  if (type === "bank_transfer") return ["Virtual account", `Transfer to ${String(bank).toUpperCase()}, account`, String(vaNumber)];
  if (type === "echannel") return ["Mandiri bill", `Pay the bill at company ${BILLER_CODE}, bill key`, String(billKey)];
  return [type === "gopay" ? "GoPay" : "QRIS", "Scan the code with this content:", qrString(rest)];
}

/** Methods that need nothing but a button. */
const BUTTONS = { qris: "QRIS", gopay: "GoPay", echannel: "Mandiri bill" } as const;

function methods(order: Order): Html {
  const buttons = Object.entries(BUTTONS).flatMap(([method, name]) =>
    order.methods.some((one) => one === method)
      ? [
          html`<h2>${name}</h2>
            <form method="post">
              <button name="do" value="${method}" type="submit" class="second">Pay with ${name}</button>
            </form>`,
        ]
      : [],
  );
  return html` ${order.methods.includes("credit_card") ? cardForm() : undefined} ${order.methods.includes("bank_transfer") ? bankForm(order.banks ?? [...BANKS]) : undefined}
  ${buttons}`;
}

function cardForm(): Html {
  return html`<h2>Card</h2>
    <form method="post" autocomplete="off">
      <label for="card">Card number</label>
      <input id="card" name="card" list="cards" inputmode="numeric" required value="4811 1111 1111 1114" aria-describedby="card-help" />
      <datalist id="cards">${TEST_CARDS.map((card) => html`<option value="${spaced(card.number)}">${card.about}</option>`)}</datalist>
      <p class="note" id="card-help">Type or choose any number of the table below.</p>
      <div class="row">
        <div><label for="expiry">Expiry</label><input id="expiry" name="expiry" value="12 / 34" /></div>
        <div><label for="cvv">CVV</label><input id="cvv" name="cvv" inputmode="numeric" value="123" /></div>
      </div>
      <button name="do" value="card" type="submit">Pay by card</button>
    </form>
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
}

function bankForm(banks: string[]): Html {
  return html`<h2>Bank transfer</h2>
    <form method="post">
      <label for="bank">Bank</label>
      <select id="bank" name="bank">
        ${banks.map((bank) => html`<option value="${bank}">${bank.toUpperCase()}</option>`)}
      </select>
      <button name="do" value="bank_transfer" type="submit" class="second">Get a virtual account number</button>
    </form>`;
}

function closed(current: Transaction | undefined): Html {
  const texts: Partial<Record<Transaction["status"], string>> = {
    capture: current?.fraud === "challenge" ? "Your payment is being reviewed by the merchant." : "Your payment is complete.",
    authorize: "Your card is authorised.",
    settlement: "Your payment is complete.",
    refund: "Your payment was refunded.",
    partial_refund: "Your payment was refunded in part.",
    cancel: "This payment was cancelled.",
  };
  return html`<p role="status">${(current && texts[current.status]) ?? "This payment page has expired. Nothing was charged."}</p>`;
}

function spaced(number: string): string {
  return number.replace(/(.{4})(?=.)/g, "$1 ");
}

function rupiah(amount: number): string {
  return `Rp ${new Intl.NumberFormat("id").format(amount)}`;
}
