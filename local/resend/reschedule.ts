import { z } from "zod";
import { ResendError } from "./errors.ts";
import { type Email, mailStore } from "./model.ts";
import { loadEmail } from "./read.ts";
import type { Desk } from "./send.ts";
import { parseWhen } from "./when.ts";

const patchSchema = z.strictObject({ scheduled_at: z.string() });

/** `PATCH /emails/{id}`: moves a scheduled e-mail to another time. */
export function rescheduleEmail(desk: Desk, id: string, raw: unknown): unknown {
  const email = loadScheduled(desk, id);
  const patch = patchSchema.safeParse(raw);
  if (!patch.success) throw new ResendError(422, "missing_required_field", "Missing `scheduled_at` field.");
  const at = parseWhen(patch.data.scheduled_at, desk.clock.now());
  email.scheduledAt = new Date(at).toISOString();
  desk.store.atomically(() => {
    mailStore(desk.store).emails.put(id, email);
    desk.events.move(id, at);
  });
  return { object: "email", id };
}

/** `POST /emails/{id}/cancel`: takes a scheduled e-mail back. */
export function cancelEmail(desk: Desk, id: string): unknown {
  const email = loadScheduled(desk, id);
  email.lastEvent = "canceled";
  desk.store.atomically(() => {
    mailStore(desk.store).emails.put(id, email);
    desk.events.stop(id);
  });
  return { object: "email", id };
}

function loadScheduled(desk: Desk, id: string): Email {
  const email = loadEmail(desk.store, id);
  if (email.lastEvent !== "scheduled") {
    throw new ResendError(422, "validation_error", "Only a scheduled e-mail can be changed.");
  }
  return email;
}
