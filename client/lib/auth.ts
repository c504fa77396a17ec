import { createAuthClient } from "better-auth/client";

/** The accounts' client. Only the sign-in screens import this file: it is large. */
export const auth = createAuthClient({ basePath: "/auth" });
