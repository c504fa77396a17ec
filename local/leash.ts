/**
 * Preloaded into each Node child: it ends when its supervisor disappears, even by kill −9,
 * and doesn't stay alive for the channel alone.
 */
process.once("disconnect", () => {
  setTimeout(() => process.exit(1), 5_000).unref();
  process.kill(process.pid, "SIGTERM");
});
process.channel?.unref();
