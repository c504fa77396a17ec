import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { auditLog, incidents, moneyDecisions } from "../../db/schema/index.ts";
import { close } from "../../jobs/incident-desk/close.ts";
import { decideMoney } from "../../jobs/incident-desk/decide.ts";
import { list, show } from "../../jobs/incident-desk/list.ts";
import { incidentLines } from "../../jobs/incident-desk/print.ts";
import { take } from "../../jobs/incident-desk/take.ts";
import type { Context } from "../../server/context.ts";
import { newId } from "../../server/platform/ids.ts";
import { raiseIncident, type IncidentCause } from "../../server/platform/incidents.ts";
import { bookingOf, refusalOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { booked, queueWorld } from "../helpers/queue.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0 } });

function operator(): Context {
  return world.ctx.as({ kind: "operator", name: "dewi" });
}

/** An open incident of a booking of its own. */
async function raised(cause: IncidentCause, severity: "warning" | "critical", data: Record<string, unknown> = {}) {
  const { bookingId, email } = await booked(world);
  const { propertyId, code } = await bookingOf(world.database.db, bookingId);
  await raiseIncident(world.database.db, { cause, severity, title: `Something about ${cause}`, propertyId, bookingId, data });
  const [row] = await world.database.db.select().from(incidents).where(eq(incidents.cause, cause));
  return { id: row!.id, bookingId, code, email };
}

/** Compiled once for all runs of the command. */
const compiled = mkdtempSync(join(tmpdir(), "nightledger-incidents-"));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** Runs the command as its npm script does. */
function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, DATABASE_URL: world.database.url, NODE_COMPILE_CACHE: compiled };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "./local/quick-imports.ts", "jobs/incidents.ts", ...args], { env, timeout: 30_000 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test("only an operator sees, takes and closes incidents, and decides about money", async () => {
  const { id, code } = await raised(`refund-manual:${newId()}`, "warning");
  for (const ctx of [world.ctx, world.ctx.as(anonymous())]) {
    await refusalOf(list(ctx), "FORBIDDEN");
    await refusalOf(show(ctx, { id }), "FORBIDDEN");
    await refusalOf(take(ctx, { id }), "FORBIDDEN");
    await refusalOf(close(ctx, { id, reason: "because" }), "FORBIDDEN");
    await refusalOf(decideMoney(ctx, { verb: "waive", subject: code, amount: "1.00", reason: "because" }), "FORBIDDEN");
  }
  await refusalOf(show(operator(), { id: newId() }), "NOT_FOUND");
});

test("the worst incidents come first; each names booking, property and masked guest, and what to do about it", async () => {
  const refundId = newId();
  const small = await raised(`refund-manual:${refundId}`, "warning", { refundId, amount: 100 });
  const bad = await raised(`dispute:${newId()}`, "critical", { disputeId: refundId, state: "lost" });
  const { incidents: found, total } = await list(operator());
  expect(total).toBe(2);
  expect(found.map(({ incident }) => incident.id)).toEqual([bad.id, small.id]);
  expect(found[0]).toMatchObject({ hotel: "House of Tests", booking: { code: bad.code, guest: "A. R." } });
  const lines = incidentLines(await show(operator(), { id: small.id })).join("\n");
  expect(lines).toContain(`paid-by-hand ${refundId} --reference`);
  expect(lines).not.toContain(small.email);
  expect(incidentLines(await show(operator(), { id: bad.id })).join("\n")).toContain(`chargeback-accepted ${refundId}`);
});

test("amounts are shown as the verbs take them, and the advice names what they are about", async () => {
  const [gift, refundId] = [newId(), newId()];
  const short = await raised(`money-short:${newId()}`, "critical", { missing: 44_900, lost: 0, currency: "GBP", dashboardRefunds: [gift] });
  const over = await raised(`money-overdrawn:${newId()}`, "critical", { amount: 5_000, currency: "GBP", dashboardRefunds: [gift] });
  const stuck = await raised(`money-stuck:${newId()}`, "critical", { step: "refund", code: "charge_disputed", refundId, amount: 21_300, currency: "GBP" });
  const capture = await raised(`money-stuck:${newId()}`, "critical", { step: "capture", code: "x", amount: 1_000, currency: "JPY" });
  const foreign = await raised(`payment-mismatch:${newId()}`, "critical", { amount: 7, currency: "???", expected: 7, expectedCurrency: "JPY" });
  const linesOf = async ({ id }: { id: string }) => incidentLines(await show(operator(), { id })).join("\n");
  const told = await linesOf(short);
  for (const said of ["missing GBP 449.00", `write-off ${short.code} --amount 449.00`, `waive ${short.code} --amount 449.00`, `goodwill ${gift} --author`])
    expect(told).toContain(said);
  expect(await linesOf(over)).toMatch(new RegExp(`amount GBP 50\\.00[\\s\\S]*goodwill ${gift} --author`));
  expect(await linesOf(stuck)).toMatch(new RegExp(`amount GBP 213\\.00[\\s\\S]*paid-by-hand ${refundId} --reference`));
  expect(await linesOf(capture)).toContain("amount JPY 1000");
  expect(await linesOf(capture)).not.toContain("paid-by-hand");
  expect(await linesOf(foreign)).toMatch(/amount 7,.*expected JPY 7/);
});

test("an incident is taken by its owner and closed for a reason; both are kept, and what is closed stays so", async () => {
  const { id } = await raised(`money-stuck:${newId()}`, "critical");
  await take(operator(), { id });
  expect(await show(operator(), { id })).toMatchObject({ incident: { owner: "operator:dewi", takenAt: expect.any(Date) } });
  expect(await refusalOf(close(operator(), { id, reason: " " }), "INVALID")).toMatchObject({ field: "reason" });
  await close(operator(), { id, reason: "captured in the dashboard" });
  expect(await show(operator(), { id })).toMatchObject({
    incident: { resolvedBy: "operator:dewi", resolution: "captured in the dashboard", resolvedAt: expect.any(Date) },
  });
  await refusalOf(take(operator(), { id }), "PRECONDITION");
  await refusalOf(close(operator(), { id, reason: "again" }), "PRECONDITION");
  const kept = await world.database.db.select().from(auditLog).orderBy(auditLog.id);
  expect(kept.map(({ action, actor }) => `${action} ${actor}`)).toEqual(["incident.taken operator:dewi", "incident.closed operator:dewi"]);
});

test("an amount that isn't one of the currency is refused, never rounded", async () => {
  const { code } = await raised(`money-short:${newId()}`, "critical");
  for (const amount of ["", "abc", "1,000.00", "20.005", "-5", "1e3"]) {
    expect(await refusalOf(decideMoney(operator(), { verb: "waive", subject: code, amount, reason: "as agreed" }), "INVALID")).toMatchObject({ field: "amount" });
  }
  expect(await world.database.db.select().from(moneyDecisions)).toEqual([]);
});

test("the command: list, show, take, close; what decides wants an author and a reason", { timeout: 120_000 }, async () => {
  const { id, code } = await raised(`money-stuck:${newId()}`, "critical");
  const table = (await run(["list"])).out.split("\n");
  expect(table[0]).toMatch(/^id +severity +age +cases +owner +booking +hotel +what$/);
  expect(table[1]).toMatch(new RegExp(`^${id} +critical +\\d+ s +1 +nobody +${code} +House of Tests +Something`));
  expect((await run(["show", id])).out).toContain("What to do:");
  for (const args of [["close", id], ["close", id, "--author", "dewi"], ["take", id], ["waive", code, "--amount", "1.00", "--author", "dewi"], ["bogus"]]) {
    expect(await run(args)).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--author NAME --reason TEXT") });
  }
  expect(await run(["take", id, "--author", "dewi"])).toMatchObject({ code: 0, out: "It is dewi's now.\n" });
  expect(await run(["close", id, "--author", "dewi", "--reason", "captured by hand"])).toMatchObject({ code: 0, out: "Closed.\n" });
  expect((await run(["list"])).out).toMatch(/^No incidents/);
  const [row] = await world.database.db.select().from(incidents).where(eq(incidents.id, id));
  expect(row).toMatchObject({ owner: "operator:dewi", resolvedBy: "operator:dewi", resolution: "captured by hand" });
  expect(await run(["waive", code, "--amount", "1.00", "--author", "dewi", "--reason", "as agreed"])).toMatchObject({ code: 1, err: expect.stringContaining("PRECONDITION") });
});
