// The public face of the accounts service.
export { greetGuest, guestActor } from "./actor.ts";
export { createAuth, type AccountMails, type Auth } from "./auth.ts";
