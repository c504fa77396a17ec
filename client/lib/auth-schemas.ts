import { z } from "zod";
import { askResetInput, passwordField, signInInput, signUpInput } from "../../server/accounts/schemas.ts";
import { personNameField } from "../../server/platform/fields.ts";

// What the forms of the accounts hold: parts of what their endpoints take.

export const signInSchema = signInInput;
export const signUpSchema = signUpInput.omit({ next: true });
export const forgotSchema = askResetInput;
export const resetSchema = z.object({ password: passwordField });
export const chooseSchema = z.object({ name: personNameField, password: passwordField });
