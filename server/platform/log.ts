/** Fields that go with a line: ids and numbers only, never tokens, card data, mail bodies or addresses. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields, cause?: unknown): void;
  error(message: string, fields?: LogFields, cause?: unknown): void;
  with(fields: LogFields): Logger;
}

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40, silent: 100 };
export type LogLevel = keyof typeof LEVELS;

/** JSON lines: `{ level, time, message, request_id, booking_id … }`. */
export function createLogger(level: LogLevel, write: (line: string) => void, base: LogFields = {}): Logger {
  const at = (name: Exclude<LogLevel, "silent">) => (message: string, fields?: LogFields, cause?: unknown) => {
    if (LEVELS[name] < LEVELS[level]) return;
    write(JSON.stringify({ level: name, time: new Date().toISOString(), message, ...base, ...fields, ...describe(cause) }));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => createLogger(level, write, { ...base, ...fields }),
  };
}

/** A line of our own code in a stack. */
const OWN = /\/(?:server|jobs|db)\/[\w/-]+\.ts:\d+/;
/** What a bundle keeps of it: there nobody tells our lines from a library's. */
const FRAME = /^\s+at /;

/**
 * The cause without its data. A library's message may hold what it was given: a statement's parameters, a header's value, the
 * text that was no JSON. So a message is kept only where the error was made by a line of our own, which writes none into it;
 * of every other its class and code are, and the first of our lines on the way.
 */
function describe(cause: unknown): LogFields {
  const names: string[] = [];
  let where: string | undefined;
  for (let at: unknown = cause; at instanceof Error && names.length < 5; at = at.cause) {
    const frames = at.stack?.split("\n").filter((line) => FRAME.test(line)) ?? [];
    const isOurs = at.name === "DomainError" || at.name === "OutsideError" || (frames[0] !== undefined && OWN.test(frames[0]));
    const own = isOurs ? `: ${at.message.slice(0, 200)}` : "";
    names.push(`${at.constructor.name}${codeOf(at)}${own}`);
    where ??= frames.find((line) => OWN.test(line))?.trim();
  }
  return names.length === 0 ? {} : { cause: names.join(" <- "), where };
}

/** "(23505)", "(ECONNRESET)": words of a driver or of ours, never anybody's text. */
function codeOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  return (typeof code === "string" && /^\w{1,40}$/.test(code)) || typeof code === "number" ? `(${code})` : "";
}

const METHODS = ["log", "info", "warn", "error", "debug", "trace"] as const;

/**
 * Sends what libraries say on the console through the logger, without their words, which may be anybody's. To be called once
 * in a process, before anything else runs.
 */
export function logConsole(console: Record<(typeof METHODS)[number], (...args: unknown[]) => void>, log: Logger): void {
  for (const method of METHODS) {
    console[method] = (...args) =>
      log.warn(
        "a library wrote to the console",
        { method },
        args.find((arg) => arg instanceof Error),
      );
  }
}
