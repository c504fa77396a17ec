import { textField } from "../platform/fields.ts";

/** What a mail program would make a link of: nobody's mail is to carry a stranger's by way of a greeting. */
const LINK = /:\/\/|www\.|\.\p{L}{2,}\//iu;

/** The name of an account: one line, without a web address. */
export const nameField = textField(200)
  .refine((name) => name.length > 0, "required")
  .refine((name) => !/\p{Cc}/u.test(name) && !LINK.test(name), "isn't a name");
