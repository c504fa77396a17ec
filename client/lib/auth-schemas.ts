import { z } from "zod";
import { nameField } from "../../server/accounts/schemas.ts";

// What the accounts' endpoints take: better-auth's own limits, and of names ours.

const email = z.string().trim().max(254).pipe(z.email());
const password = z.string().min(8).max(128);

export const signInSchema = z.object({ email, password: z.string().min(1).max(128) });
export const signUpSchema = z.object({ name: nameField, email, password });
export const forgotSchema = z.object({ email });
export const resetSchema = z.object({ password });
