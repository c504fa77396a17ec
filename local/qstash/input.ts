import { Refused } from "./model.ts";

/** @throws Refused unless the name has only letters, digits, dot, dash and underscore */
export function checkQueueName(name: string): void {
  if (!/^[\w.-]+$/.test(name)) throw new Refused(400, `invalid queue name: ${name}`);
}

/** The body as JSON. @throws Refused */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refused(400, "body is not valid JSON");
  }
}
