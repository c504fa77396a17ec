import { SpanStatusCode, trace } from "@opentelemetry/api";
import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { sqlState } from "../db/client.ts";
import type { Context } from "./context.ts";
import { isDomainError, refuse, TRPC_CODE, type DomainError, type ErrorCode } from "./errors.ts";
import type { Logger } from "./platform/log.ts";

/** What a client gets of an error: never a stack, a driver's or a vendor's text. */
export interface ErrorData {
  requestId: string | undefined;
  domain?: { code: ErrorCode; facts: unknown };
  fields?: { path: string; message: string }[];
}

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter({ shape, error, ctx }) {
    const data: ErrorData = { requestId: ctx?.requestId };
    if (isDomainError(error.cause)) data.domain = { code: error.cause.code, facts: error.cause.facts };
    if (error.cause instanceof z.ZodError) {
      data.fields = error.cause.issues.slice(0, 20).map((issue) => ({ path: issue.path.join("."), message: issue.message }));
    }
    const message = data.domain?.code ?? (data.fields ? "INVALID" : error.code);
    return { ...shape, message, data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, ...data } };
  },
});

/** Spans go wherever the deployment registers an OpenTelemetry SDK; without one they cost nothing. */
const tracer = trace.getTracer("nightledger");

/** Busy or broken below us, and safe to try again: these become UNAVAILABLE, not a bug's 500. */
const TRANSIENT = new Set([
  "57014",
  "55P03",
  "40001",
  "40P01",
  "25P03",
  "53300",
  "57P01",
  "57P02",
  "57P03",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
]);

export function isTransientFailure(error: unknown): boolean {
  return TRANSIENT.has(sqlState(error) ?? "");
}

/** What failed before there was a context, as a call would have been refused for it: the middleware below isn't reached then. */
export function thrownByContext(error: unknown, log: Logger): TRPCError {
  if (isTransientFailure(error)) {
    log.warn("transient failure", {}, error);
    return refusedBy(refuse("UNAVAILABLE", { what: "database", retryAfterMs: 1000 }, error));
  }
  log.error("unexpected error", {}, error);
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "Something went wrong on our side." });
}

function refusedBy(cause: DomainError): TRPCError {
  return new TRPCError({ code: TRPC_CODE[cause.code], message: cause.code, cause });
}

/**
 * The one place where refusals become tRPC's. It reads `result.ok`: in tRPC `next()` doesn't throw for
 * a resolver's error, so a try/catch here would never see one.
 */
const translate = t.middleware(async ({ ctx, next, path, type }) => {
  const started = performance.now();
  const result = await tracer.startActiveSpan(path, async (span) => {
    const inner = await next();
    if (!inner.ok) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    return inner;
  });
  ctx.metrics.observe("trpc_seconds", (performance.now() - started) / 1000, { path, type });
  if (result.ok) return result;
  let cause: unknown = result.error.cause;
  if (isTransientFailure(cause)) {
    ctx.log.warn("transient failure", { path }, cause);
    cause = refuse("UNAVAILABLE", { what: "database", retryAfterMs: 1000 }, cause);
  }
  if (isDomainError(cause)) {
    ctx.metrics.count("refusals_total", { path, code: cause.code });
    result.error = refusedBy(cause);
  } else if (result.error.code === "INTERNAL_SERVER_ERROR") {
    ctx.metrics.count("errors_total", { path });
    ctx.log.error("unexpected error", { path }, result.error.cause ?? result.error);
    result.error = new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "Something went wrong on our side." });
  }
  return result;
});

export const router = t.router;
export const procedure = t.procedure.use(translate);
