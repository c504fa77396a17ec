import { invalid, missing, type StripeFault } from "./errors.ts";

/** A decoded body or query: `a[b][0]=x` is `{ a: { b: { "0": "x" } } }`. */
export interface Params {
  [key: string]: string | Params;
}

/**
 * Decodes form encoding with brackets; `expand[]=x` takes the next free number.
 * @throws StripeFault when a parameter comes twice, or both as a text and as an object
 */
export function parseForm(text: string): Params {
  const root: Params = Object.create(null) as Params;
  for (const [name, value] of new URLSearchParams(text)) {
    const [first = "", ...rest] = name.split("[").map((part) => part.replace(/\]$/, ""));
    let node = root;
    let key = first;
    for (const part of rest) {
      const existing = node[key];
      if (typeof existing === "string") throw invalid(`Invalid object: ${name}`, { param: name });
      const child: Params = existing ?? (Object.create(null) as Params);
      node[key] = child;
      node = child;
      key = part === "" ? String(Object.keys(node).length) : part;
    }
    if (node[key] !== undefined) throw invalid(`Parameter given twice: ${name}`, { param: name });
    node[key] = value;
  }
  return root;
}

/** Reads one level of parameters and refuses what the endpoint doesn't take, as Stripe does. */
export interface Reader {
  has(name: string): boolean;
  isText(name: string): boolean;
  /** @throws StripeFault when it is empty: an empty text unsets, and few parameters can be unset */
  text(name: string, longest?: number): string | undefined;
  /** Null: unset by an empty text. */
  unsettable(name: string, longest?: number): string | null | undefined;
  required(name: string, longest?: number): string;
  integer(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined;
  /** The metadata to set; empty values unset their key, null (an empty text) unsets them all. */
  metadata(): Record<string, string> | null;
  child(name: string, known: readonly string[]): Reader | undefined;
  children(name: string, known: readonly string[]): Reader[];
  texts(name: string): string[];
  path(name: string): string;
}

/** Longest text where Stripe publishes no other bound. */
const LONGEST_TEXT = 5000;

export function read(params: Params, known: readonly string[], prefix = ""): Reader {
  const path = (name: string): string => (prefix ? `${prefix}[${name}]` : name);
  for (const name of Object.keys(params)) {
    if (!known.includes(name)) {
      throw invalid(`Received unknown parameter: ${path(name)}`, {
        code: "parameter_unknown",
        param: path(name),
      });
    }
  }
  const written = (name: string, longest = LONGEST_TEXT): string | undefined => {
    const value = params[name];
    if (typeof value === "object") throw invalid(`Invalid string: ${path(name)}`, { param: path(name) });
    if (value !== undefined && value.length > longest) {
      throw invalid(`Invalid string: must be at most ${longest} characters`, { param: path(name) });
    }
    return value;
  };
  const text = (name: string, longest?: number): string | undefined => {
    const value = written(name, longest);
    if (value === "") throw emptied(path(name));
    return value;
  };
  const nested = (name: string): Params | undefined => {
    const value = params[name];
    if (value === "") throw emptied(path(name));
    if (typeof value === "string") throw invalid("Invalid object", { param: path(name) });
    return value;
  };
  const texts = (name: string): [key: string, value: string][] =>
    Object.entries(nested(name) ?? {}).map(([key, value]) => {
      if (typeof value === "object") throw invalid("Invalid string", { param: `${path(name)}[${key}]` });
      return [key, value];
    });
  return {
    path,
    text,
    has: (name) => params[name] !== undefined,
    isText: (name) => typeof params[name] === "string",
    unsettable(name, longest) {
      const value = written(name, longest);
      return value === "" ? null : value;
    },
    required(name, longest) {
      const value = text(name, longest);
      if (value === undefined) throw missing(path(name));
      return value;
    },
    integer(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^-?\d{1,15}$/.test(value)) {
        throw invalid(`Invalid integer: ${value}`, {
          code: "parameter_invalid_integer",
          param: path(name),
        });
      }
      return Number(value);
    },
    flag(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (value !== "true" && value !== "false") {
        throw invalid(`Invalid boolean: ${value}`, { param: path(name) });
      }
      return value === "true";
    },
    oneOf(name, values) {
      const value = text(name);
      if (value === undefined) return undefined;
      const found = values.find((v) => v === value);
      if (!found) {
        throw invalid(`Invalid ${path(name)}: must be one of ${values.join(", ")}`, {
          param: path(name),
        });
      }
      return found;
    },
    metadata: () => (params["metadata"] === "" ? null : checkMetadata(Object.fromEntries(texts("metadata")), path("metadata"))),
    child(name, inner) {
      const value = nested(name);
      return value && read(value, inner, path(name));
    },
    children(name, inner) {
      return Object.entries(nested(name) ?? {}).map(([key, item]) => {
        if (typeof item === "string") throw invalid("Invalid object", { param: `${path(name)}[${key}]` });
        return read(item, inner, `${path(name)}[${key}]`);
      });
    },
    texts: (name) => texts(name).map(([, value]) => value),
  };
}

function emptied(param: string): StripeFault {
  return invalid(
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    { code: "parameter_invalid_empty", param },
  );
}

const MOST_KEYS = 50;
const LONGEST_KEY = 40;
const LONGEST_VALUE = 500;

function checkMetadata(given: Record<string, string>, param: string): Record<string, string> {
  for (const [key, value] of Object.entries(given)) {
    if (key.length > LONGEST_KEY) throw invalid(`Metadata keys can be at most ${LONGEST_KEY} characters long: ${key}`, { param });
    if (value.length > LONGEST_VALUE) throw invalid(`Metadata values can be at most ${LONGEST_VALUE} characters long: ${key}`, { param: `${param}[${key}]` });
  }
  return given;
}

/** Metadata after an update: given keys are set, empty ones removed; null removes all. */
export function mergeMetadata(current: Record<string, string>, given: Record<string, string> | null): Record<string, string> {
  if (given === null) return {};
  const merged = Object.entries({ ...current, ...given }).filter(([, value]) => value !== "");
  if (merged.length > MOST_KEYS) throw invalid(`Metadata can have at most ${MOST_KEYS} keys.`, { param: "metadata" });
  return Object.fromEntries(merged);
}

/** An e-mail address; null when it is unset. */
export function readEmail(input: Reader, name: string): string | null | undefined {
  const value = input.unsettable(name, 512);
  if (value && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) throw invalid(`Invalid email address: ${value}`, { code: "email_invalid", param: input.path(name) });
  return value;
}
