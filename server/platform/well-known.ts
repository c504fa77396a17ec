/** Known to everybody, for development and tests; the queue's are those of the vendor's own development server. */
export const DEMO_KEYS = {
  UPSTASH_REDIS_REST_TOKEN: "nightledger-demo-redis-token",
  QSTASH_TOKEN: "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=",
  QSTASH_CURRENT_SIGNING_KEY: "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
  QSTASH_NEXT_SIGNING_KEY: "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
  RESEND_API_KEY: "re_nightledger_demo",
  RESEND_WEBHOOK_SECRET: "whsec_bmlnaHRsZWRnZXItZGVtby1tYWlsLXdlYmhvb2s=",
  MAIL_FROM: "Nightledger <bookings@nightledger.test>",
  STRIPE_SECRET_KEY: "sk_test_nightledger_demo",
  STRIPE_WEBHOOK_SECRET: "whsec_nightledger_demo",
  MIDTRANS_SERVER_KEY: "SB-Mid-server-nightledger-demo",
  TWILIO_ACCOUNT_SID: "AC00000000000000000000000000000000",
  TWILIO_AUTH_TOKEN: "nightledger-demo-sms-token",
  TWILIO_FROM: "+15005550006",
  AUTH_SECRET: "nightledger-demo-auth-secret-known-to-everybody",
};

/** Public keys of the vendor's development server beside those above. */
const OTHER_PUBLIC_KEYS = ["eyJVc2VySUQiOiJ0ZXN0VXNlcjEiLCJQYXNzd29yZCI6InRlc3RQYXNzd29yZCJ9", "sig_7GVPjvuwsfqF65iC8fSrs1dfYruM", "sig_5NoELc3EFnZn4DVS5bDs2Nk4b7Ua"];

const { MAIL_FROM: _address, TWILIO_FROM: _number, ...SECRETS } = DEMO_KEYS;
const KNOWN = new Set<unknown>([...Object.values(SECRETS), ...OTHER_PUBLIC_KEYS]);

/** The first variable whose value everybody knows, if any. */
export function findWellKnownKey(env: Record<string, unknown>): string | undefined {
  return Object.keys(env).find((name) => KNOWN.has(env[name]));
}
