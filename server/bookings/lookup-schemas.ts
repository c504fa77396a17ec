import { z } from "zod";
import { emailAddress } from "../platform/fields.ts";

export const lookupInput = z.object({
  /** As typed: in any case, with or without its dashes, in full-width letters. */
  code: z
    .string()
    .max(40)
    .transform((code) =>
      code
        .normalize("NFKC")
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]/g, ""),
    )
    .pipe(z.string().min(1).max(40)),
  email: emailAddress,
});
export const lookupOutput = z.object({ bookingId: z.string(), token: z.string() });
