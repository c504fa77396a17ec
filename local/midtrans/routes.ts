import type { RawRequest, Reply } from "../kit/serve.ts";
import { approve, cancel, capture, deny, expire, mustFind } from "./actions.ts";
import { badRequest, MidtransFault } from "./answers.ts";
import { charge, createCardToken } from "./charge.ts";
import { refund } from "./refund.ts";
import { createSnap, parseJson, snapErrors } from "./snap.ts";
import type { MidtransState, Transaction } from "./state.ts";
import { view } from "./view.ts";

const MESSAGES: Partial<Record<Transaction["status"], string>> = {
  pending: "Success, transaction is pending",
  authorize: "Success, transaction is authorized",
  capture: "Success, transaction is captured",
  settlement: "Success, transaction is found",
  deny: "Deny by bank or fraud detection",
  cancel: "Success, transaction is canceled",
  expire: "Success, transaction has expired",
  refund: "Success, refund request is approved",
  partial_refund: "Success, refund request is approved",
};

/** Runs one API call in the caller's transaction; a refusal has no effects. */
export function route(state: MidtransState, request: RawRequest): Reply {
  if (request.path === "/snap/v1/transactions") {
    return request.method === "POST" ? createSnap(state, request) : snapErrors(405, ["method not allowed"]);
  }
  try {
    if (request.method === "GET" && request.path === "/v2/token") {
      return { body: createCardToken(state, request.query) };
    }
    const transaction = act(state, request);
    const message = MESSAGES[transaction.status] ?? "Success, transaction is found";
    return { body: view(state, transaction, message) };
  } catch (error) {
    if (error instanceof MidtransFault) return refusal(error);
    throw error;
  }
}

function isEmpty(body: unknown): boolean {
  return typeof body === "object" && body !== null && Object.keys(body).length === 0;
}

/** An id of the path; a broken escape names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Body status codes carry the refusal; HTTP itself stays at 200, but for an unknown key or path. */
export function refusal(fault: MidtransFault): Reply {
  const body = {
    status_code: fault.code,
    status_message: fault.message,
    ...(fault.validation && { validation_messages: fault.validation }),
  };
  return { status: fault.code === "401" ? 401 : 200, body };
}

function act(state: MidtransState, request: RawRequest): Transaction {
  const { method, path } = request;
  const body = method === "POST" && request.body.length > 0 ? parseJson(request) : {};
  if (body === undefined) throw new MidtransFault("413", "The request cannot be processed due to malformed syntax.");
  if (method === "POST" && path === "/v2/charge") return charge(state, request);
  if (method === "POST" && path === "/v2/capture") return capture(state, body);
  const [, id, verb] = /^\/v2\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (!id || !verb) throw badRequest([`unknown path ${path}`]);
  const order = decode(id);
  if (request.query.size > 0) throw badRequest(["this call takes no query"]);
  if (method === "GET" && (verb === "status" || verb === "status/b2b")) return mustFind(state, order);
  if (method !== "POST") throw new MidtransFault("405", "The requested method is not allowed.");
  if (!verb.startsWith("refund") && !isEmpty(body)) throw badRequest(["this call takes no body"]);
  if (verb === "cancel") return cancel(state, order);
  if (verb === "approve") return approve(state, order);
  if (verb === "deny") return deny(state, order);
  if (verb === "expire") return expire(state, order);
  if (verb === "refund") return refund(state, order, body, false);
  if (verb === "refund/online/direct") return refund(state, order, body, true);
  throw badRequest([`unknown path ${path}`]);
}
