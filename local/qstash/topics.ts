import { z } from "zod";
import type { Route } from "./context.ts";
import type { Database } from "./database.ts";
import { Refused } from "./model.ts";
import { checkName, parseJson } from "./input.ts";
import { isDestination } from "./headers.ts";
import { refuseExtras } from "./select.ts";

const endpointUrl = z.string().refine(isDestination);
const addSchema = z.strictObject({
  endpoints: z.array(z.strictObject({ name: z.string().min(1).optional(), url: endpointUrl })).min(1),
});
const removeSchema = z.strictObject({
  endpoints: z.array(z.union([z.strictObject({ url: endpointUrl, name: z.string().min(1).optional() }), z.strictObject({ name: z.string().min(1) })])).min(1),
});

interface Topic {
  name: string;
  createdAt: number;
  updatedAt: number;
  endpoints: { name?: string; url: string }[];
}

/** A URL group by its name. */
export async function findTopic(sql: Database, name: string): Promise<Topic | undefined> {
  return (await sql<{ doc: Topic }[]>`SELECT doc FROM local_qstash.topics WHERE name = ${name}`)[0]?.doc;
}

/** `GET /v2/topics` */
export const listTopics: Route = async ({ sql }, request) => {
  refuseExtras(request);
  const rows = await sql<{ doc: Topic }[]>`SELECT doc FROM local_qstash.topics ORDER BY name`;
  return { body: rows.map((row) => row.doc) };
};

/** `GET /v2/topics/{name}` */
export const getTopic: Route = async ({ sql }, request, name) => {
  refuseExtras(request);
  return { body: await mustFind(sql, name) };
};

/** `DELETE /v2/topics/{name}` */
export const deleteTopic: Route = async ({ sql }, request, name) => {
  refuseExtras(request);
  await mustFind(sql, name);
  await sql`DELETE FROM local_qstash.topics WHERE name = ${name}`;
  return { body: { deleted: 1 } };
};

/** `POST /v2/topics/{name}/endpoints`: the group is made by its first one. */
export const addEndpoints: Route = async ({ sql, clock }, request, name) => {
  checkName(name, "url group");
  const input = addSchema.safeParse(parseJson(request.body));
  if (!input.success) throw new Refused(400, "endpoints must be a list of { url, name? } with http or https urls");
  const topic = await findTopic(sql, name);
  const kept = (topic?.endpoints ?? []).filter((old) => !input.data.endpoints.some((one) => names(one, old)));
  return { body: await save(sql, name, topic, [...kept, ...input.data.endpoints], clock.now()) };
};

/** `DELETE /v2/topics/{name}/endpoints`: each is named by its url or its name. */
export const removeEndpoints: Route = async ({ sql, clock }, request, name) => {
  const input = removeSchema.safeParse(parseJson(request.body));
  if (!input.success) throw new Refused(400, "endpoints must be a list of { url } or { name }");
  const topic = await mustFind(sql, name);
  const kept = topic.endpoints.filter((old) => !input.data.endpoints.some((one) => names(one, old)));
  return { body: await save(sql, name, topic, kept, clock.now()) };
};

function names(one: { name?: string; url?: string }, endpoint: { name?: string; url: string }): boolean {
  return one.url === endpoint.url || (one.name !== undefined && one.name === endpoint.name);
}

async function mustFind(sql: Database, name: string): Promise<Topic> {
  const topic = await findTopic(sql, name);
  if (!topic) throw new Refused(404, `url group ${name} not found`);
  return topic;
}

async function save(sql: Database, name: string, topic: Topic | undefined, endpoints: Topic["endpoints"], now: number): Promise<Topic> {
  const doc = { name, createdAt: topic?.createdAt ?? now, updatedAt: now, endpoints };
  await sql`
    INSERT INTO local_qstash.topics (name, doc) VALUES (${name}, ${JSON.stringify(doc)}::text::json)
    ON CONFLICT (name) DO UPDATE SET doc = excluded.doc`;
  return doc;
}
