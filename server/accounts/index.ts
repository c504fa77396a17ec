// The public face of the accounts service.
export { guestActor } from "./actor.ts";
export { createAuth, type AccountMails, type Auth } from "./auth.ts";
