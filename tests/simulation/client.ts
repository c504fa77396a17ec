import { isDeepStrictEqual } from "node:util";
import type { Asked, Guest } from "./guests.ts";
import { count } from "./tally.ts";
import type { World } from "./world.ts";

/** What a guest hears: an answer, a refusal by its code, or nothing that tells what became of the request. */
export type Heard<T> = { answer: T } | { refusal: string; facts: Record<string, unknown> } | { nothing: string };

const PATIENCE_MS = 15_000;

interface Wire<T> {
  result?: { data: T };
  error?: { message: string; data?: { domain?: { code: string; facts: Record<string, unknown> }; fields?: unknown } };
}

/** One request over HTTP, kept for the judge of refusals. */
export async function request<T>(world: World, guest: Guest, path: string, input: object, type: "query" | "mutation"): Promise<Heard<T>> {
  const from = Date.now();
  const heard = await send<T>(world, guest, path, input, type);
  const sent = { path, actor: guest.actor, input: input as Record<string, unknown>, from, to: Date.now() };
  const refusal = "refusal" in heard ? { code: heard.refusal, facts: heard.facts } : undefined;
  const unavailable = "nothing" in heard && heard.nothing === "UNAVAILABLE";
  world.sent.push({ ...sent, ...(refusal && { refusal }), ...(unavailable && { unavailable }) });
  return heard;
}

/** An answer that is none of ours is a violation: errors are a closed set. */
async function send<T>(world: World, guest: Guest, path: string, input: object, type: "query" | "mutation"): Promise<Heard<T>> {
  const json = JSON.stringify(input);
  let status: number;
  let text: string;
  try {
    const response = await fetch(`${nextUrl(world)}/trpc/${path}${type === "query" ? `?input=${encodeURIComponent(json)}` : ""}`, {
      ...(type === "mutation" && { method: "POST", body: json }),
      headers: { cookie: guest.cookie, ...(type === "mutation" && { "content-type": "application/json", origin: world.url }) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    return { nothing: error instanceof Error && error.name === "TimeoutError" ? "timeout" : "connection" };
  }
  const body = JSON.parse(text) as Wire<T>;
  if (body.result) return { answer: body.result.data };
  const domain = body.error?.data?.domain;
  // Busy or broken below: whether it was done is not known.
  if (domain?.code === "UNAVAILABLE") return { nothing: "UNAVAILABLE" };
  if (domain) return { refusal: domain.code, facts: domain.facts };
  world.tally.violations.push(`${path} answered ${status} without a typed refusal: ${text.slice(0, 300)}`);
  return { nothing: String(status) };
}

let requests = 0;

/** By turns, so that a request and its repetition seldom meet the same process. */
function nextUrl({ apps }: World): string {
  return apps[requests++ % apps.length]!.url;
}

/** Asks for a mutation under its key, once, and remembers what was heard. Another answer than before is a violation. */
export async function ask<T>(world: World, asked: Asked): Promise<Heard<T>> {
  const heard = await request<T>(world, asked.guest, asked.verb, asked.input, "mutation");
  asked.unknown = "nothing" in heard && asked.answer === undefined;
  if ("answer" in heard) {
    if (asked.answer === undefined) {
      asked.answer = heard.answer;
      asked.answeredAt = world.advancedMs();
    } else if (!sameAnswer(asked, heard.answer)) {
      world.tally.violations.push(`${asked.verb} ${asked.input.idempotencyKey} answered ${JSON.stringify(asked.answer)} first, then ${JSON.stringify(heard.answer)}`);
    }
  } else if ("refusal" in heard && asked.answer !== undefined) {
    world.tally.violations.push(`${asked.verb} ${asked.input.idempotencyKey} was answered before, and is now refused with ${heard.refusal}`);
  }
  return heard;
}

/** A page that is opened again may be another attempt's return by now; all else is the stored answer, word by word. */
function sameAnswer({ verb, answer }: Asked, now: unknown): boolean {
  if (verb === "payments.start") return (answer as { status: string }).status === (now as { status: string }).status;
  return isDeepStrictEqual(answer, now);
}

const TRIES = 4;

/** Asks, and again with the same key while nothing is heard, as the web app does. */
export async function insist<T>(world: World, asked: Asked): Promise<Heard<T>> {
  let heard = await ask<T>(world, asked);
  for (let tries = 1; tries < TRIES && isWorthAnother(heard); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150 * tries));
    heard = await ask<T>(world, asked);
  }
  return heard;
}

function isWorthAnother(heard: Heard<unknown>): boolean {
  return "nothing" in heard || ("refusal" in heard && heard.refusal === "ROOM_BUSY");
}

export function tell(world: World, operation: string, heard: Heard<unknown>): void {
  const outcome = "answer" in heard ? "answered" : "refusal" in heard ? heard.refusal : `nothing heard (${heard.nothing})`;
  count(world.tally.outcomes, `${operation}: ${outcome}`);
}
