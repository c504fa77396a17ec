import { greetGuest } from "../../server/accounts/index.ts";
import { readConfig } from "../../server/platform/config.ts";

/** The cookie of a browser that has been on the site before, as the app with this secret has given it. */
export async function guestCookie(authSecret: string): Promise<string> {
  let cookie = "";
  await greetGuest(readConfig({ DATABASE_URL: "unused", AUTH_SECRET: authSecret }), new Headers(), (value) => (cookie = value));
  return cookie.split(";", 1)[0]!;
}
