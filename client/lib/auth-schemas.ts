import { z } from "zod";

// What the accounts' endpoints take (better-auth's own limits); there is no schema of ours behind them.

const email = z.string().trim().max(254).pipe(z.email());
const password = z.string().min(8).max(128);

export const signInSchema = z.object({ email, password: z.string().min(1).max(128) });
export const signUpSchema = z.object({ name: z.string().trim().min(1).max(200), email, password });
export const forgotSchema = z.object({ email });
export const resetSchema = z.object({ password });
