import type { RawRequest, Reply } from "../kit/serve.ts";
import type { QueueContext, Route } from "./context.ts";
import { deleteLetter, deleteLetters, getLetter, listLetters, retryLetter, retryLetters } from "./dead-letters.ts";
import { listEvents } from "./events.ts";
import { getFlow, getGlobalParallelism, listFlows, pauseFlow, pinFlow, resetFlowRate, unpinFlow } from "./flow-control.ts";
import { decodeSegment } from "./input.ts";
import { cancelMessage, cancelMessages, getMessage } from "./messages.ts";
import { Refused } from "./model.ts";
import { batchRoute, publishRoute } from "./publish.ts";
import { deleteQueue, getQueue, listQueues, pauseQueue, upsertQueue } from "./queues.ts";
import { createScheduleRoute, getSchedule, listSchedulesRoute, pauseScheduleRoute, removeSchedule } from "./schedules-route.ts";
import { refuseExtras } from "./select.ts";
import { addEndpoints, deleteTopic, getTopic, listTopics, removeEndpoints } from "./topics.ts";

/** Every call of the management API; `*` is one segment. What isn't here is refused. */
const CALLS: Record<string, Route> = {
  "POST batch": batchRoute,
  "GET messages/*": getMessage,
  "DELETE messages/*": cancelMessage,
  "DELETE messages": cancelMessages,
  "GET dlq": listLetters,
  "DELETE dlq": deleteLetters,
  "GET dlq/*": getLetter,
  "DELETE dlq/*": deleteLetter,
  "POST dlq/retry": retryLetters,
  "POST dlq/retry/*": retryLetter,
  "GET schedules": listSchedulesRoute,
  "GET schedules/*": getSchedule,
  "DELETE schedules/*": removeSchedule,
  // By PATCH as the client does it, or by POST as documented.
  "PATCH schedules/*/pause": pauseScheduleRoute(true),
  "POST schedules/*/pause": pauseScheduleRoute(true),
  "PATCH schedules/*/resume": pauseScheduleRoute(false),
  "POST schedules/*/resume": pauseScheduleRoute(false),
  "GET queues": listQueues,
  "POST queues": upsertQueue,
  "GET queues/*": getQueue,
  "DELETE queues/*": deleteQueue,
  "POST queues/*/pause": pauseQueue(true),
  "POST queues/*/resume": pauseQueue(false),
  "GET events": listEvents,
  "GET logs": listEvents,
  "GET topics": listTopics,
  "GET topics/*": getTopic,
  "DELETE topics/*": deleteTopic,
  "POST topics/*/endpoints": addEndpoints,
  "DELETE topics/*/endpoints": removeEndpoints,
  "GET flowControl": listFlows,
  "GET flowControl/*": getFlow,
  "POST flowControl/*/pause": pauseFlow(true),
  "POST flowControl/*/resume": pauseFlow(false),
  "POST flowControl/*/pin": pinFlow,
  "POST flowControl/*/unpin": unpinFlow,
  "POST flowControl/*/resetRate": resetFlowRate,
  "GET globalParallelism": getGlobalParallelism,
  "GET keys": ({ keys }, request) => (refuseExtras(request), { body: keys.get() }),
  "POST keys/rotate": async ({ keys }, request) => (refuseExtras(request), { body: await keys.rotate() }),
};

const PATTERNS = Object.entries(CALLS).map(([call, route]) => {
  const [method = "", path = ""] = call.split(" ");
  return { method, path: new RegExp(`^/v2/${path.replace("*", "([^/]+)")}$`), route };
});

/** Finds the call and runs it. @throws Refused */
export async function route(context: QueueContext, request: RawRequest): Promise<Reply> {
  const published = publishing(context, request);
  if (published) return published;
  const known = PATTERNS.filter(({ path }) => path.test(request.path));
  const found = known.find(({ method }) => method === request.method);
  if (!found) throw known.length > 0 ? new Refused(405, "method not allowed") : new Refused(404, "not found");
  return found.route(context, request, decodeSegment(found.path.exec(request.path)?.[1] ?? ""));
}

/** A destination is everything behind the prefix as it came, `//` and query included. */
function publishing(context: QueueContext, request: RawRequest): Promise<Reply> | undefined {
  if (request.method !== "POST") return undefined;
  const target = request.query.has("qstash_token") ? request.target.replace(/([?&])qstash_token=[^&]*&?/, "$1").replace(/[?&]$/, "") : request.target;
  const [, verb, rest = ""] = /^\/v2\/(publish|enqueue|schedules)\/(.+)$/.exec(target) ?? [];
  if (verb === "publish") return publishRoute(context, request, rest);
  if (verb === "enqueue") {
    const slash = rest.indexOf("/");
    if (slash === -1) throw new Refused(400, "a destination is missing");
    return publishRoute(context, request, rest.slice(slash + 1), decodeSegment(rest.slice(0, slash)));
  }
  if (verb === "schedules" && !/^[^/]+\/(pause|resume)$/.test(rest)) return createScheduleRoute(context, request, rest);
  return undefined;
}
