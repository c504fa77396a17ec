// The public face of the accounts service.
export { greetGuest, guestActor } from "./actor.ts";
export { answerAuth } from "./answer.ts";
export { RESET_SECONDS } from "./ask-mail.ts";
export { AUTH_ROUTES } from "./routes.ts";
export { createAuth, type Auth } from "./auth.ts";
export { dueMail, forgetMail } from "./due-mail.ts";
export { dueCode, forgetAddress } from "./proofs/due-code.ts";
export { PROOF_EVENTS } from "./proofs/events.ts";
export { ACCOUNT_EVENTS, type AccountEventType, type AccountPayload } from "./events.ts";
export { SIGN_UP_SECONDS } from "./sign-up.ts";
