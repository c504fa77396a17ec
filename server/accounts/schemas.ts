import { z } from "zod";
import { emailAddress, personNameField } from "../platform/fields.ts";
import { ownPath } from "../platform/own-path.ts";

// What the accounts' endpoints take. Whatever isn't named here is refused at the gateway.

/** A password to be set; which are too common, the server says. */
export const passwordField = z
  .string()
  .min(8)
  .max(128)
  .refine((password) => password.isWellFormed(), "has characters that can't be used");

/** A password as it was typed: one set before may be any. */
const typedPasswordField = z.string().min(1).max(128);

/** A link's or an invitation's text: the characters that we make them of. */
const tokenField = z
  .string()
  .max(200)
  .regex(/^[\w.-]+$/);

/** A path of the app, to go on to after a sign-up. */
const nextField = z
  .string()
  .max(500)
  .transform((next, ctx) => {
    const path = ownPath(next);
    if (path !== undefined) return path;
    ctx.addIssue({ code: "custom", message: "isn't a path of ours" });
    return z.NEVER;
  });

export const signInInput = z.strictObject({ email: emailAddress, password: typedPasswordField });
export const signUpInput = z.strictObject({
  name: personNameField,
  email: emailAddress,
  password: passwordField,
  next: nextField.optional(),
});
/** `credential`: chosen by a person who opened the link in another browser than the one that signed up. */
export const verifyInput = z.strictObject({
  token: tokenField,
  credential: z.strictObject({ name: personNameField, password: passwordField }).optional(),
});
export const askResetInput = z.strictObject({ email: emailAddress });
export const resetInput = z.strictObject({ token: tokenField, newPassword: passwordField });
export const changePasswordInput = z.strictObject({
  currentPassword: typedPasswordField,
  newPassword: passwordField,
  revokeOtherSessions: z.literal(true).default(true),
});

export const invitationRef = z.strictObject({ invitationId: tokenField.max(64) });
export const invitationQuery = z.strictObject({ id: tokenField.max(64) });
export const inviteInput = z.strictObject({
  email: emailAddress,
  role: z.enum(["owner", "admin", "member"]),
  organizationId: tokenField.max(64),
});
export const nothing = z.strictObject({});
