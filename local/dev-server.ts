import { createServer } from "vite";

// The child process of `npm run dev`: Vite with hot reload on PORT, everything of the server's passed on to the app.
const { FRONT_PORT, APP_PORT } = process.env;
const SERVED_BY_APP = ["/trpc", "/auth", "/jobs", "/webhooks", "/health", "/metrics", "/art", "/bookings"];

const server = await createServer({
  server: {
    host: "127.0.0.1",
    port: Number(FRONT_PORT),
    strictPort: true,
    proxy: Object.fromEntries(
      // Only whole first segments: /auth/session, but not the client's own /authors.
      SERVED_BY_APP.map((path) => [`^${path}(/|\\?|$)`, { target: `http://127.0.0.1:${APP_PORT}` }]),
    ),
  },
});
await server.listen();
process.once("SIGTERM", () => void server.close().finally(() => process.exit(0)));
process.send?.({ ready: true });
