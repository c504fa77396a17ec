/** A service that the app leans on: the vendor's own variables, given by the user, turn its stand-in off. */
export interface Vendor {
  /** Any of these given means: use the real service. */
  signs: readonly string[];
  /** Then all of these must be given. */
  needs: readonly string[];
  /** The real service's addresses, where the user names none. */
  defaults?: Record<string, string>;
  /**
   * With NODE_ENV=production and nothing given: `local` serves it here with generated secrets,
   * `off` goes without, `required` refuses to start.
   */
  production: "local" | "off" | "required";
}

export const VENDORS = {
  postgres: { signs: ["DATABASE_URL"], needs: ["DATABASE_URL"], production: "local" },
  redis: {
    signs: ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
    needs: ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
    production: "local",
  },
  queue: {
    signs: ["QSTASH_URL", "QSTASH_TOKEN"],
    needs: ["QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"],
    defaults: { QSTASH_URL: "https://qstash.upstash.io" },
    production: "local",
  },
  mail: {
    signs: ["RESEND_API_KEY"],
    needs: ["RESEND_API_KEY", "MAIL_FROM", "RESEND_WEBHOOK_SECRET"],
    defaults: { RESEND_BASE_URL: "https://api.resend.com" },
    production: "required",
  },
  stripe: {
    signs: ["STRIPE_SECRET_KEY"],
    needs: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
    defaults: { STRIPE_API_BASE: "https://api.stripe.com" },
    production: "off",
  },
  midtrans: {
    signs: ["MIDTRANS_SERVER_KEY"],
    needs: ["MIDTRANS_SERVER_KEY"],
    production: "off",
  },
  sms: {
    signs: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
    needs: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"],
    defaults: { TWILIO_BASE_URL: "https://api.twilio.com" },
    production: "off",
  },
} as const satisfies Record<string, Vendor>;

export type VendorName = keyof typeof VENDORS;
