import type { Reply } from "../kit/serve.ts";
import { readCurrency } from "./amounts.ts";
import { showEntry } from "./balance.ts";
import { invalid, unknownUrl } from "./errors.ts";
import { closeDispute, updateDispute } from "./disputes.ts";
import { expand } from "./expand.ts";
import { read, type Params, type Reader } from "./form.ts";
import { cancelIntent, captureIntent, createIntent, updateIntent } from "./intents.ts";
import { confirmIntent, type Confirmation } from "./confirm.ts";
import { cutPage, LIST_PARAMS, listPage } from "./lists.ts";
import { createRefund, updateRefund } from "./refunds.ts";
import { createSession, expireSession, lineItemsOf, updateSession } from "./sessions.ts";
import { find, type Cause, type StripeState } from "./state.ts";

interface Call {
  state: StripeState;
  input: Reader;
  id: string;
  cause: Cause;
  path: string;
}

interface Route {
  method: "GET" | "POST";
  path: RegExp;
  params: readonly string[];
  run: (call: Call) => object;
}

const INTENT: readonly string[] = ["amount", "currency", "description", "metadata", "payment_method", "receipt_email"];
const CONFIRM = ["payment_method", "return_url", "off_session", "error_on_requires_action", "use_stripe_sdk"];

const SESSION = [
  "mode",
  "line_items",
  "success_url",
  "cancel_url",
  "client_reference_id",
  "customer_email",
  "locale",
  "submit_type",
  "metadata",
  "payment_intent_data",
  "expires_at",
  "allowed_payment_method_types",
];

const ROUTES: Route[] = [
  post("checkout/sessions", SESSION, ({ state, input }) => createSession(state, input)),
  get("checkout/sessions", [...LIST_PARAMS, "payment_intent", "status"], listSessions),
  get("checkout/sessions/:id", [], ({ state, id }) => find(state.sessions, "checkout.session", id, "session")),
  post("checkout/sessions/:id", ["metadata"], ({ state, id, input }) => updateSession(state, id, input)),
  post("checkout/sessions/:id/expire", [], ({ state, id, cause }) => expireSession(state, id, cause)),
  get("checkout/sessions/:id/line_items", LIST_PARAMS, ({ state, id, input, path }) => cutPage(lineItemsOf(state, id), input, path)),
  post("payment_intents", [...INTENT, ...CONFIRM, "capture_method", "confirm", "automatic_payment_methods", "allowed_payment_method_types"], ({ state, input, cause }) =>
    answer(createIntent(state, input, cause)),
  ),
  get("payment_intents", LIST_PARAMS, ({ state, input, path }) => listPage(state.intents, input, path, () => true)),
  get("payment_intents/:id", ["client_secret"], ({ state, id }) => find(state.intents, "payment_intent", id, "intent")),
  post("payment_intents/:id", INTENT, ({ state, id, input, cause }) => updateIntent(state, id, input, cause)),
  post("payment_intents/:id/confirm", CONFIRM, ({ state, id, input, cause }) => answer(confirmIntent(state, id, input, cause))),
  post("payment_intents/:id/capture", ["amount_to_capture"], ({ state, id, input, cause }) => captureIntent(state, id, input, cause)),
  post("payment_intents/:id/cancel", ["cancellation_reason"], ({ state, id, input, cause }) => cancelIntent(state, id, input, cause)),
  get("payment_methods/:id", [], ({ state, id }) => find(state.methods, "PaymentMethod", id, "payment_method").method),
  get("charges", [...LIST_PARAMS, "payment_intent"], ({ state, input, path }) => {
    const intent = input.text("payment_intent");
    return listPage(state.charges, input, path, (c) => intent === undefined || c.payment_intent === intent);
  }),
  get("charges/:id", [], ({ state, id }) => find(state.charges, "charge", id)),
  post("refunds", ["payment_intent", "charge", "amount", "reason", "metadata"], ({ state, input, cause }) => createRefund(state, input, cause)),
  get("refunds", [...LIST_PARAMS, "payment_intent", "charge"], ({ state, input, path }) => {
    const [intent, charge] = [input.text("payment_intent"), input.text("charge")];
    return listPage(state.refunds, input, path, (r) => (intent === undefined || r.payment_intent === intent) && (charge === undefined || r.charge === charge));
  }),
  get("refunds/:id", [], ({ state, id }) => find(state.refunds, "refund", id)),
  post("refunds/:id", ["metadata"], ({ state, id, input }) => updateRefund(state, id, input)),
  get("disputes", [...LIST_PARAMS, "payment_intent", "charge"], ({ state, input, path }) => {
    const [intent, charge] = [input.text("payment_intent"), input.text("charge")];
    return listPage(state.disputes, input, path, (d) => (intent === undefined || d.payment_intent === intent) && (charge === undefined || d.charge === charge));
  }),
  get("disputes/:id", [], ({ state, id }) => find(state.disputes, "dispute", id)),
  post("disputes/:id", ["evidence", "metadata", "submit"], ({ state, id, input, cause }) => updateDispute(state, id, input, cause)),
  post("disputes/:id/close", [], ({ state, id, cause }) => closeDispute(state, id, cause)),
  get("balance_transactions", [...LIST_PARAMS, "currency", "source", "type"], ({ state, input, path }) => {
    const [currency, source, type] = [input.has("currency") ? readCurrency(input, "currency") : undefined, input.text("source"), input.oneOf("type", ENTRY_TYPES)];
    const page = listPage(
      state.balance,
      input,
      path,
      (e) => (currency === undefined || e.currency === currency) && (source === undefined || e.source === source) && (type === undefined || e.type === type),
    );
    return { ...page, data: page.data.map((entry) => showEntry(state, entry)) };
  }),
  get("balance_transactions/:id", [], ({ state, id }) => showEntry(state, find(state.balance, "balance_transaction", id))),
  get("events", [...LIST_PARAMS, "type", "types"], ({ state, input, path }) => {
    const isWanted = eventFilter(input);
    return listPage(state.events, input, path, (e) => isWanted(e.type));
  }),
  get("events/:id", [], ({ state, id }) => find(state.events, "event", id)),
];

/** Runs one API call in the caller's transaction; throws `StripeFault` for what is refused. */
export function route(state: StripeState, method: string, path: string, params: Params, cause: Cause): Reply {
  for (const candidate of ROUTES) {
    const match = candidate.method === method && candidate.path.exec(path);
    if (!match) continue;
    const input = read(params, [...candidate.params, "expand"]);
    const id = decode(match[1] ?? "");
    const result = candidate.run({ state, input, id, cause, path });
    if (isReply(result)) return result;
    return { body: expand(state, result, input.texts("expand")) };
  }
  throw unknownUrl(method, path);
}

function get(path: string, params: readonly string[], run: Route["run"]): Route {
  return { method: "GET", path: pattern(path), params, run };
}

function post(path: string, params: readonly string[], run: Route["run"]): Route {
  return { method: "POST", path: pattern(path), params, run };
}

function pattern(path: string): RegExp {
  return new RegExp(`^/v1/${path.replace(":id", "([^/]+)")}$`);
}

/** A declined card is an answer with effects: 402, not a throw. */
interface Declined extends Reply {
  declined: true;
}

function answer({ intent, error }: Confirmation): object {
  if (!error) return intent;
  return { declined: true, status: 402, body: { error } } satisfies Declined;
}

function isReply(result: object): result is Declined {
  return "declined" in result;
}

/** What the balance may be asked for. */
const ENTRY_TYPES = ["charge", "refund", "refund_failure", "adjustment"] as const;

/** `type` is one name, or a group such as `charge.*`; `types` are names. */
function eventFilter(input: Reader): (type: string) => boolean {
  const [one, several] = [input.text("type"), input.texts("types")];
  if (one !== undefined && several.length > 0) throw invalid("You may only specify one of these parameters: type, types.", { param: "type" });
  if (several.length > 20) throw invalid("At most 20 types.", { param: "types" });
  if ([one?.replace(/\*$/, ""), ...several].some((name) => name?.includes("*"))) throw invalid("A group is written with one * at its end, alone.", { param: "type" });
  if (one?.endsWith("*")) return (type) => type.startsWith(one.slice(0, -1));
  const wanted = one === undefined ? several : [one];
  return (type) => wanted.length === 0 || wanted.includes(type);
}

/** An id of the path; a broken escape names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function listSessions({ state, input, path }: Call): object {
  const [intent, status] = [input.text("payment_intent"), input.oneOf("status", ["open", "complete", "expired"])];
  return listPage(state.sessions, input, path, (s) => (intent === undefined || s.payment_intent === intent) && (status === undefined || s.status === status));
}
