import { type CloudOptions, startCloud } from "./cloud.ts";

// The child process of the stand-ins. Its options come by message, so that no key shows in `ps`.
// Until then only the channel keeps it alive.
process.channel?.ref();
process.once("message", (options: CloudOptions) => {
  startCloud(options).then(
    ({ env, close }) => {
      process.channel?.unref();
      process.once("SIGTERM", () => void close().finally(() => process.exit(0)));
      process.send?.({ ready: true, env });
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
