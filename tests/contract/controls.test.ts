import { request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startMidtrans } from "../../local/midtrans/index.ts";
import { startResend } from "../../local/resend/index.ts";
import { startStripe } from "../../local/stripe/index.ts";
import { startTwilio } from "../../local/twilio/index.ts";
import type { RunningServer } from "../../local/kit/serve.ts";

const STARTS: Record<string, () => Promise<RunningServer>> = {
  stripe: () => startStripe({ secretKey: "sk_test", webhookSecret: "whsec_x", dataFile: ":memory:" }),
  midtrans: () => startMidtrans({ serverKey: "SB-Mid-server-x", dataFile: ":memory:" }),
  resend: () => startResend({ apiKey: "re_x", webhookSecret: "whsec_eA==", dataFile: ":memory:" }),
  twilio: () => startTwilio({ accountSid: `AC${"0".repeat(32)}`, authToken: "12345", dataFile: ":memory:" }),
};

async function started(name: string): Promise<RunningServer> {
  const server = await STARTS[name]!();
  onTestFinished(() => server.close());
  return server;
}

/** `fetch` may not name another host. */
function status(server: RunningServer, path: string, host: string, method = "GET", origin?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: server.port, path, method, headers: { host, ...(origin && { origin }) } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject).end();
  });
}

test.each([
  ["stripe", "/_control/faults"],
  ["stripe", "/_control/clock"],
  ["stripe", "/_test/gate"],
  ["midtrans", "/_test/gate"],
  ["twilio", "/_control/clock"],
  ["resend", "/_control/faults"],
  ["resend", "/inbox"],
  ["resend", "/inbox/any"],
])("%s shows %s to this machine, and not to a page that calls itself something else", async (name, path) => {
  const server = await started(name);
  for (const host of ["evil.test", `evil.test:${server.port}`, "127.0.0.1", "127.0.0.1:1", `127.0.0.1.evil.test:${server.port}`]) {
    expect(await status(server, path, host), host).toBe(403);
    expect(await status(server, path, host, "POST"), host).toBe(403);
  }
  for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`]) {
    expect(await status(server, path, host)).not.toBe(403);
    expect(await status(server, path, host, "POST", `http://${host}`)).not.toBe(403);
    for (const origin of ["http://evil.test", "null"]) expect(await status(server, path, host, "POST", origin)).toBe(403);
  }
});

test.each(Object.keys(STARTS))("a switch of %s that is set wrongly says so and does nothing", async (name) => {
  const server = await started(name);
  const set = (path: string, body: string) => fetch(server.url + path, { method: "POST", body }).then((answer) => answer.status);
  for (const body of ["{", '{"call":2}', '{"status":42}', "[]", '{"drop":"sometimes"}']) expect(await set("/_control/faults", body)).toBe(400);
  expect(server.faults.list()).toEqual([]);
  for (const body of ["{", "{}", '{"offsetMs":"1"}', '{"offset":1}']) expect(await set("/_control/clock", body)).toBe(400);
  expect(server.clock.offsetMs()).toBe(0);
  server.faults.add({ path: "/nowhere", hang: true });
  for (const target of ["/_control/faults?path=/nowhere", "/_control/faults?all=true"]) expect((await fetch(server.url + target, { method: "DELETE" })).status).toBe(400);
  expect((await fetch(`${server.url}/_control/faults`, { method: "DELETE", body: '{"path":"/other"}' })).status).toBe(400);
  expect((await fetch(`${server.url}/_control/clock`, { method: "PUT", body: '{"offsetMs":1}' })).status).toBe(405);
  expect(server.faults.list()).toHaveLength(1);
  expect(await set("/_control/nothing", "{}")).toBe(404);
  expect(await set("/_test/nothing", "{}")).toBe(404);
});
