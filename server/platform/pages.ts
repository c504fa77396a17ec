/** The addresses of the app's screens, as its router has them; a test compares the two. */
export const PAGES = [
  "/",
  "/search",
  "/hotels/$slug",
  "/hotels/$slug/book",
  "/checkout/$bookingId",
  "/pay/return",
  "/trips",
  "/trips/$bookingId",
  "/trips/$bookingId/confirmed",
  "/find",
  "/sign-in",
  "/sign-up",
  "/forgot",
  "/reset",
  "/verify",
  "/invitation",
  "/admin",
  "/admin/$propertyId/today",
];

const KNOWN = new RegExp(`^(?:${PAGES.map((page) => page.replaceAll(/\$\w+/g, "[^/]+")).join("|")})/?$`, "i");

/** Whether the app has a screen at this path. */
export function isPage(path: string): boolean {
  return KNOWN.test(path);
}
