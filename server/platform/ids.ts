import { v7 } from "uuid";

/** Asking the system for random bytes costs more than all else about an id: it is asked for this many ids at once. */
const POOL_IDS = 256;
const ID_BYTES = 16;
/** The uuid package's counter has 32 bits; half of them leave room to count within one millisecond. */
const SEQUENCE_START = 2 ** 31;

let pool = new Uint8Array(0);
let used = 0;
let last = 0;
let sequence = 0;

/** A UUIDv7: sorts by time, and within this process by the order of its making, so that inserts stay at one end of their index. */
export function newId(): string {
  if (used >= pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(POOL_IDS * ID_BYTES));
    used = 0;
  }
  const random = pool.subarray(used, (used += ID_BYTES));
  const now = Date.now();
  if (now > last) {
    last = now;
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) % SEQUENCE_START;
  } else sequence += 1;
  return v7({ random, msecs: last, seq: sequence });
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
