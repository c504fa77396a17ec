import { createTRPCClient, httpBatchLink, httpLink, splitLink } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import type { AppRouter } from "../../server/router.ts";
import { ask } from "./ask.ts";
import { queryClient } from "./query.ts";

const URL_PATH = "/trpc";

/** Queries whose answers are the same for everybody: a CDN may keep them. */
const PUBLIC = /^(search|hotels|rooms)\./;

function request(credentials: RequestCredentials) {
  return (url: RequestInfo | URL | string, options?: { signal?: AbortSignal | null }) => ask(url, { ...options, credentials });
}

const trpcClient = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (op) => op.type === "query" && PUBLIC.test(op.path),
      true: httpLink({ url: URL_PATH, fetch: request("omit") }),
      false: splitLink({
        condition: (op) => op.type === "query",
        true: httpBatchLink({ url: URL_PATH, maxURLLength: 2000, fetch: request("same-origin") }),
        false: httpLink({ url: URL_PATH, fetch: request("same-origin") }),
      }),
    }),
  ],
});

/** Query and mutation options of every procedure: `useQuery(trpc.hotels.bySlug.queryOptions({ slug }))`. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient });
