import { randomUUID } from "node:crypto";
import type { RawRequest, Reply } from "../kit/serve.ts";
import type { QueueContext, Route } from "./context.ts";
import { parseDuration } from "./duration.ts";
import { Refused, type Message } from "./model.ts";
import { presentMessage } from "./present.ts";
import { checkName } from "./input.ts";
import { isGroupName, publish } from "./publish.ts";
import { SCHEDULE_HEADERS } from "./headers.ts";
import { readMessage } from "./read-message.ts";
import { refuseExtras } from "./select.ts";
import { deleteSchedule, dueSchedules, findSchedule, listSchedules, nextFiring, pauseSchedule, saveSchedule, type Schedule, type StoredSchedule } from "./schedules.ts";

/** `GET /v2/schedules` */
export const listSchedulesRoute: Route = async ({ sql }, request) => {
  refuseExtras(request);
  return { body: (await listSchedules(sql)).map(present) };
};

/** `GET /v2/schedules/{id}` */
export const getSchedule: Route = async ({ sql }, request, id) => {
  refuseExtras(request);
  return { body: present(await mustFind(sql, id)) };
};

/** `DELETE /v2/schedules/{id}` */
export const removeSchedule: Route = async ({ sql }, request, id) => {
  refuseExtras(request);
  await mustFind(sql, id);
  await deleteSchedule(sql, id);
  return { body: { deleted: 1 } };
};

/** `/v2/schedules/{id}/pause` and `/resume`: what a pause has missed is not made up for. */
export const pauseScheduleRoute =
  (paused: boolean): Route =>
  async ({ sql, clock, dispatcher }, request, id) => {
    refuseExtras(request);
    const { schedule } = await mustFind(sql, id);
    await pauseSchedule(sql, id, paused, nextFiring(schedule.cron, clock.now()));
    dispatcher.wake();
    return { body: {} };
  };

async function mustFind(sql: QueueContext["sql"], id: string): Promise<StoredSchedule> {
  const stored = await findSchedule(sql, id);
  if (!stored) throw new Refused(404, `schedule ${id} not found`);
  return stored;
}

/** `POST /v2/schedules/{destination}`: makes a schedule, or changes the one with the given id. */
export async function createScheduleRoute(context: QueueContext, request: RawRequest, destination: string): Promise<Reply> {
  const { headers, body } = request;
  const cron = headers["upstash-cron"];
  if (cron === undefined) throw new Refused(400, "Upstash-Cron is missing");
  const queue = headers["upstash-queue-name"];
  if (queue !== undefined) checkName(queue, "queue");
  const id = headers["upstash-schedule-id"];
  if (id !== undefined) checkName(id, "schedule");
  const now = context.clock.now();
  const schedule: Schedule = {
    id: id ?? `scd_${randomUUID().replaceAll("-", "")}`,
    cron,
    destination,
    headers: messageHeaders(headers),
    body: body.toString("base64"),
    queue,
    callerIp: "127.0.0.1",
    createdAt: now,
  };
  toMessage(schedule);
  await saveSchedule(context.sql, schedule, nextFiring(cron, now));
  context.dispatcher.wake();
  return { body: { scheduleId: schedule.id } };
}

/**
 * Publishes what due schedules ask for. However many firings the clock has jumped over, each schedule
 * fires once, then waits for its next time.
 */
export async function fireDueSchedules(context: QueueContext): Promise<void> {
  const now = context.clock.now();
  for (const { schedule, nextAt } of await dueSchedules(context.sql, now)) {
    await fire(context, schedule, nextAt);
    await saveSchedule(context.sql, { ...schedule, lastScheduleTime: now }, nextFiring(schedule.cron, now));
  }
}

async function fire(context: QueueContext, schedule: Schedule, nextAt: number): Promise<void> {
  try {
    await publish(context, {
      ...schedule,
      headers: messageHeaders(schedule.headers),
      body: Buffer.from(schedule.body, "base64"),
      scheduleId: schedule.id,
      // A kill between publishing and moving on must not fire it twice.
      deduplication: `schedule:${schedule.id}:${nextAt}`,
    });
  } catch (error) {
    // Its URL group may be gone; that must not hold up the other schedules.
    if (!(error instanceof Refused)) throw error;
  }
}

/** What each firing publishes with. */
function messageHeaders(headers: Record<string, string>): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name === "content-type" || name.startsWith("upstash-"));
  return Object.fromEntries(own.filter(([name]) => !SCHEDULE_HEADERS.includes(name)));
}

/** The message that a firing would publish, for a look at it. @throws Refused when its headers are not valid */
function toMessage({ destination, headers, body, queue, callerIp, createdAt }: Schedule): Message {
  const url = isGroupName(destination) ? `http://${destination}` : destination;
  return readMessage({
    url,
    headers: messageHeaders(headers),
    body: Buffer.from(body, "base64"),
    queue,
    callerIp,
    now: createdAt,
  });
}

function present({ schedule, nextAt, paused }: StoredSchedule) {
  const { id, cron, destination, headers, lastScheduleTime } = schedule;
  const message = presentMessage(toMessage(schedule));
  const delay = parseDuration(headers["upstash-delay"] ?? "");
  return {
    ...message,
    // A firing makes these anew.
    messageId: undefined,
    url: undefined,
    notBefore: undefined,
    maxRetries: undefined,
    scheduleId: id,
    cron,
    destination,
    retries: message.maxRetries,
    delay: delay === undefined ? undefined : delay / 1000,
    isPaused: paused,
    lastScheduleTime,
    nextScheduleTime: nextAt,
  };
}
