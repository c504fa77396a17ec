import { watch } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDERS = ["server", "jobs", "db"];
/** An editor's save comes as several events. */
const QUIET_MS = 150;

/** Calls `changed` after the server's sources were saved; for development. */
export function watchServer(changed: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    watch(path, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(changed, QUIET_MS);
    });
  }
}
