import { z } from "zod";
import type { Route } from "./context.ts";
import type { Database } from "./database.ts";
import { Refused } from "./model.ts";
import { parseJson } from "./input.ts";

const endpointsSchema = z.object({
  endpoints: z.array(z.object({ name: z.string().optional(), url: z.string().optional() })),
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

/** `/v2/topics`: list, get, delete, add and remove endpoints of URL groups. */
export const topicsRoute: Route = async ({ sql, clock }, request, [name, sub]) => {
  if (name === undefined) {
    const rows = await sql<{ doc: Topic }[]>`SELECT doc FROM local_qstash.topics ORDER BY name`;
    return { body: rows.map((row) => row.doc) };
  }
  const topic = await findTopic(sql, name);
  if (sub === "endpoints") {
    const input = endpointsSchema.safeParse(parseJson(request.body));
    if (!input.success) throw new Refused(400, "endpoints must be a list of { name?, url }");
    const named = input.data.endpoints;
    const kept = (topic?.endpoints ?? []).filter((old) => !named.some((one) => one.url === old.url || (one.name !== undefined && one.name === old.name)));
    const added = named.flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }]));
    const now = clock.now();
    const endpoints = request.method === "DELETE" ? kept : [...kept, ...added];
    const doc = { name, createdAt: topic?.createdAt ?? now, updatedAt: now, endpoints };
    await sql`
      INSERT INTO local_qstash.topics (name, doc) VALUES (${name}, ${JSON.stringify(doc)}::text::json)
      ON CONFLICT (name) DO UPDATE SET doc = excluded.doc`;
    return { body: doc };
  }
  if (!topic) throw new Refused(404, `url group ${name} not found`);
  if (request.method === "DELETE") {
    await sql`DELETE FROM local_qstash.topics WHERE name = ${name}`;
    return { body: { deleted: 1 } };
  }
  return { body: topic };
};
