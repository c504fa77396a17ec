import { linkSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startCloud } from "../../local/cloud.ts";

test("the stand-ins' clock outlives them, and its file is replaced whole: a kill in between leaves the one before", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "nightledger-clock-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const open = () => startCloud({ publicUrl: "http://127.0.0.1:1", dataDir, ports: {} });
  const first = await open();
  first.clock.setOffset(60_000);
  // The same file by another name: it shows what a write does to it.
  const before = join(dataDir, "before.json");
  linkSync(join(dataDir, "clock.json"), before);
  first.clock.setOffset(90_000);
  expect(readFileSync(before, "utf8")).toBe("60000");
  expect((await open()).clock.offsetMs()).toBe(90_000);
});
