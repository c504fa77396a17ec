import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Locked {
  integrity?: string;
  link?: boolean;
}

/** Other platforms' parts, named by their parent and not found in the registry: nothing to pin, and an install passes them over. */
const UNPUBLISHED = [
  ...["darwin-arm64", "linux-arm64", "win32-x64"].map((platform) => `node_modules/@lix-js/sdk-${platform}`),
  ...["darwin-arm64", "darwin-x64", "linux-arm64", "win32-x64"].map((platform) => `node_modules/@squawk-cli/${platform}`),
];

test("every package of the lock file is pinned by its content, also those of other platforms", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
  const loose = Object.entries(packages).filter(([path, { integrity, link }]) => path !== "" && !link && !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""));
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(loose.map(([path]) => path)).toEqual(UNPUBLISHED);
});
