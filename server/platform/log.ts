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

/**
 * The cause without its data: a driver's or vendor's message may hold parameters, so only names, codes and
 * the first stack line of our own code are kept.
 */
function describe(cause: unknown): LogFields {
  const names: string[] = [];
  let where: string | undefined;
  for (let at: unknown = cause; at instanceof Error && names.length < 5; at = at.cause) {
    const code = "code" in at ? `(${String(at.code)})` : "";
    const own = at.constructor.name === "DrizzleQueryError" || at.constructor.name === "UpstashError" ? "" : `: ${at.message.slice(0, 200)}`;
    names.push(`${at.constructor.name}${code}${own}`);
    where ??= at.stack
      ?.split("\n")
      .find((line) => line.includes("/server/") || line.includes("/jobs/"))
      ?.trim();
  }
  return names.length === 0 ? {} : { cause: names.join(" <- "), where };
}
