import type { RawRequest } from "../kit/serve.ts";
import { parseJson } from "./input.ts";
import { Refused, type Message } from "./model.ts";

/** What a call may choose messages by, in its query or, from older clients, in a JSON body. */
export interface SelectionRules {
  /** The parameter that names single ones; they are asked for alone. */
  ids: "messageIds" | "dlqIds";
  filters: readonly FilterName[];
  /** The largest `count`; undefined: any. */
  mostCount?: number;
  cursor: boolean;
}

export type FilterName = keyof typeof FIELDS;

export interface Selection {
  ids?: string[];
  /** How many at most. */
  count?: number;
  /** Where the page before ended. */
  cursor: number;
  /** All of the filters, any value of each; `fromDate` and `toDate` bound `at`, in milliseconds. */
  matches(item: Selectable, at: number): boolean;
}

/** What filters look at. */
export interface Selectable {
  message: Message;
  responseStatus?: number;
  state?: string;
}

/** Where each filter finds its values. */
const FIELDS = {
  messageId: ({ message }: Selectable) => [message.id],
  url: ({ message }: Selectable) => [message.url],
  host: ({ message }: Selectable) => [new URL(message.url).host],
  path: ({ message }: Selectable) => [new URL(message.url).pathname],
  topicName: ({ message }: Selectable) => [message.topic],
  queueName: ({ message }: Selectable) => [message.queue],
  scheduleId: ({ message }: Selectable) => [message.scheduleId],
  callerIp: ({ message }: Selectable) => [message.callerIp],
  callerIP: ({ message }: Selectable) => [message.callerIp],
  flowControlKey: ({ message }: Selectable) => [message.flow?.key],
  label: ({ message }: Selectable) => message.labels ?? [],
  responseStatus: ({ responseStatus }: Selectable) => [String(responseStatus)],
  state: ({ state }: Selectable) => [state],
} as const;

/** A URL may hold a comma; the others may be given as one list. */
const WHOLE: readonly string[] = ["url", "path"] satisfies FilterName[];

const COMMON = ["url", "topicName", "queueName", "scheduleId", "callerIp", "callerIP", "flowControlKey", "label"] as const;

export const CANCEL_RULES: SelectionRules = { ids: "messageIds", filters: [...COMMON, "host", "path"], cursor: false };
export const LETTER_RULES: SelectionRules = { ids: "dlqIds", filters: [...COMMON, "messageId", "responseStatus"], mostCount: 1000, cursor: true };
export const EVENT_RULES: SelectionRules = {
  ids: "messageIds",
  filters: [...COMMON, "host", "path", "messageId", "state"],
  mostCount: 1000,
  cursor: true,
};

/** Takes the token along: a client may send it in the query. */
const TOKEN = "qstash_token";

/**
 * Reads what a call chooses. Nothing chosen is everything, as the vendor has it; what is not understood, and what
 * is named without a value, is refused, for it would choose more than was meant.
 * @throws Refused
 */
export function readSelection(request: RawRequest, rules: SelectionRules): Selection {
  const given = gather(request);
  for (const [name, values] of given) {
    const known = [rules.ids, "fromDate", "toDate", "count", ...(rules.cursor ? ["cursor"] : []), ...rules.filters].includes(name);
    if (!known) throw new Refused(400, `unknown parameter: ${name}`);
    // The client sends an empty cursor for the first page.
    if (name !== "cursor" && (values.length === 0 || values.includes(""))) throw new Refused(400, `${name} is empty`);
    // oxlint-disable-next-line no-control-regex -- Postgres takes no NUL in a text
    if (values.some((value) => /[\0-\x1f]/.test(value))) throw new Refused(400, `invalid ${name}`);
  }
  const ids = given.get(rules.ids);
  const chosen = [...given.keys()].filter((name) => name !== "count" && name !== "cursor");
  if (ids && chosen.length > 1) throw new Refused(400, `${rules.ids} can't be joined with filters`);
  const filters = rules.filters.flatMap((name) => (given.has(name) ? [[name, new Set(given.get(name))] as const] : []));
  const [from = -Infinity, to = Infinity] = [readNumber(given, "fromDate"), readNumber(given, "toDate")];
  const count = readNumber(given, "count");
  if (count !== undefined && (count < 1 || count > (rules.mostCount ?? Infinity))) {
    throw new Refused(400, `count must be 1 or more${rules.mostCount === undefined ? "" : `, and ${rules.mostCount} at most`}`);
  }
  return {
    ids,
    count,
    cursor: readNumber(given, "cursor") ?? 0,
    matches: (item, at) => at >= from && at <= to && filters.every(([name, wanted]) => FIELDS[name](item).some((value) => value !== undefined && wanted.has(value))),
  };
}

/** @throws Refused when a call that chooses nothing brings a query or a body */
export function refuseExtras({ query, body }: RawRequest, known: readonly string[] = []): void {
  for (const name of query.keys()) {
    if (name !== TOKEN && !known.includes(name)) throw new Refused(400, `unknown parameter: ${name}`);
    if (query.getAll(name).length > 1) throw new Refused(400, `${name} is given twice`);
  }
  if (body.length > 0) throw new Refused(400, "this call takes no body");
}

function gather({ query, body }: RawRequest): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const name of query.keys()) if (name !== TOKEN) given.set(name, split(name, query.getAll(name)));
  if (body.length === 0) return given;
  const content = parseJson(body);
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw new Refused(400, "the body must be an object of filters");
  for (const [name, value] of Object.entries(content)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (given.has(name)) throw new Refused(400, `${name} is given twice`);
    if (!values.every((one) => typeof one === "string" || typeof one === "number")) throw new Refused(400, `invalid ${name}`);
    given.set(name, split(name, values.map(String)));
  }
  return given;
}

function split(name: string, values: string[]): string[] {
  return WHOLE.includes(name) ? values : values.flatMap((value) => value.split(","));
}

function readNumber(given: Map<string, string[]>, name: string): number | undefined {
  const values = given.get(name);
  if (values === undefined || (name === "cursor" && values.join("") === "")) return undefined;
  const [value = ""] = values;
  if (values.length > 1 || !/^\d{1,15}$/.test(value)) throw new Refused(400, `invalid ${name}: ${values.join(",")}`);
  return Number(value);
}
