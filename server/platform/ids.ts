import { v7 } from "uuid";

/** A UUIDv7: sorts by time, so that inserts stay at one end of their index. */
export function newId(): string {
  return v7();
}

/** Without I, L, O, U, 0 and 1: nothing to misread over the phone. */
const CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A booking code of 10 characters, 49 bits: unguessable behind the rate limit, and needs the e-mail too. */
export function newBookingCode(): string {
  let code = "";
  while (code.length < 10) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    for (const byte of bytes) {
      // 240 is the largest multiple of 30 within a byte: no letter is likelier than another.
      if (byte < 240 && code.length < 10) code += CODE_ALPHABET[byte % 30];
    }
  }
  return code;
}
