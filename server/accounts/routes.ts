import type { z } from "zod";
import { askResetInput, changePasswordInput, invitationQuery, invitationRef, inviteInput, nothing, resetInput, signInInput, signUpInput, verifyInput } from "./schemas.ts";

export interface AuthRoute {
  /** Of a POST's body, or a GET's query. */
  input: z.ZodType<Record<string, unknown>>;
  /** Whose account the call is about: each has an allowance for this route and network. */
  counts?: "address" | "session";
  /** Takes an account's password: its guesses are bounded over all networks together too. */
  guesses?: true;
}

/** Every route of `/auth/` that there is; better-auth's others are closed. Each input is bounded here, before the library sees it. */
export const AUTH_ROUTES: ReadonlyMap<string, AuthRoute> = new Map<string, AuthRoute>([
  ["GET /auth/get-session", { input: nothing }],
  ["POST /auth/sign-up/email", { input: signUpInput, counts: "address" }],
  ["POST /auth/verify-email", { input: verifyInput }],
  ["POST /auth/sign-in/email", { input: signInInput, counts: "address", guesses: true }],
  ["POST /auth/sign-out", { input: nothing }],
  ["POST /auth/request-password-reset", { input: askResetInput, counts: "address" }],
  ["POST /auth/reset-password", { input: resetInput }],
  ["POST /auth/change-password", { input: changePasswordInput, counts: "session" }],
  ["POST /auth/organization/invite-member", { input: inviteInput, counts: "session" }],
  ["GET /auth/organization/get-invitation", { input: invitationQuery }],
  ["POST /auth/organization/accept-invitation", { input: invitationRef }],
  ["POST /auth/organization/reject-invitation", { input: invitationRef }],
  ["POST /auth/organization/cancel-invitation", { input: invitationRef }],
]);
