import { z } from "zod";
import { nameField } from "../../server/accounts/schemas.ts";
import { emailAddress as email } from "../../server/platform/fields.ts";

// What the accounts' endpoints take: better-auth's own limits, and of names ours.

const password = z.string().min(8).max(128);

export const signInSchema = z.object({ email, password: z.string().min(1).max(128) });
export const signUpSchema = z.object({ name: nameField, email, password });
export const forgotSchema = z.object({ email });
export const resetSchema = z.object({ password });
