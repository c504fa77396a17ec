import { createServer } from "node:http";

// What any Node server takes: the floor of the app's memory.
createServer((_, response) => response.end()).listen(0, "127.0.0.1", () => {
  setTimeout(() => process.send?.(process.memoryUsage.rss()), 1_000);
});
