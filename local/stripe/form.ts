import { invalid, missing } from "./errors.ts";

/** A decoded body or query: `a[b][0]=x` is `{ a: { b: { "0": "x" } } }`. */
export interface Params {
  [key: string]: string | Params;
}

/** Decodes form encoding with brackets; `expand[]=x` takes the next free number. */
export function parseForm(text: string): Params {
  const root: Params = Object.create(null) as Params;
  for (const [name, value] of new URLSearchParams(text)) {
    const [first = "", ...rest] = name.split("[").map((part) => part.replace(/\]$/, ""));
    let node = root;
    let key = first;
    for (const part of rest) {
      const existing = node[key];
      const child: Params = typeof existing === "object" ? existing : (Object.create(null) as Params);
      node[key] = child;
      node = child;
      key = part === "" ? String(Object.keys(node).length) : part;
    }
    node[key] = value;
  }
  return root;
}

/** Reads one level of parameters and refuses what the endpoint doesn't take, as Stripe does. */
export interface Reader {
  has(name: string): boolean;
  /** An empty string unsets, so it reads as undefined. */
  text(name: string): string | undefined;
  required(name: string): string;
  integer(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined;
  /** A map of texts such as metadata; empty values are kept, they unset a key. */
  map(name: string): Record<string, string>;
  child(name: string): Reader | undefined;
  children(name: string): Reader[];
  texts(name: string): string[];
  path(name: string): string;
}

export function read(params: Params, known: readonly string[], prefix = ""): Reader {
  const path = (name: string): string => (prefix ? `${prefix}[${name}]` : name);
  for (const name of Object.keys(params)) {
    if (known.length > 0 && !known.includes(name)) {
      throw invalid(`Received unknown parameter: ${path(name)}`, {
        code: "parameter_unknown",
        param: path(name),
      });
    }
  }
  const text = (name: string): string | undefined => {
    const value = params[name];
    if (typeof value === "object") throw invalid(`Invalid string: ${path(name)}`, { param: path(name) });
    return value === "" ? undefined : value;
  };
  const nested = (name: string): Params | undefined => {
    const value = params[name];
    if (typeof value === "string" && value !== "") {
      throw invalid(`Invalid object`, { param: path(name) });
    }
    return typeof value === "object" ? value : undefined;
  };
  return {
    path,
    text,
    has: (name) => params[name] !== undefined,
    required(name) {
      const value = text(name);
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
    map(name) {
      const entries = Object.entries(nested(name) ?? {});
      return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
    },
    child(name) {
      const value = nested(name);
      return value && read(value, [], path(name));
    },
    children(name) {
      const value = nested(name) ?? {};
      return Object.entries(value).map(([key, item]) => {
        if (typeof item === "string") throw invalid("Invalid object", { param: `${path(name)}[${key}]` });
        return read(item, [], `${path(name)}[${key}]`);
      });
    },
    texts: (name) => Object.values(nested(name) ?? {}).map(String),
  };
}

/** Metadata after an update: given keys are set, empty ones removed. */
export function mergeMetadata(current: Record<string, string>, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...current, ...given }).filter(([, value]) => value !== ""));
}
