import type { Keys } from "./keys.ts";
import type { startMidtrans } from "./midtrans/index.ts";
import type { startQstash } from "./qstash/index.ts";
import type { startResend } from "./resend/index.ts";
import type { startStripe } from "./stripe/index.ts";
import type { startTwilio } from "./twilio/index.ts";
import type { startUpstash } from "./upstash/index.ts";

/** A port for each stand-in. */
export interface CloudPorts {
  upstash?: number;
  qstash?: number;
  resend?: number;
  stripe?: number;
  midtrans?: number;
  twilio?: number;
}

/** The running stand-ins, by name. */
export interface CloudServers {
  upstash?: Awaited<ReturnType<typeof startUpstash>>;
  qstash?: Awaited<ReturnType<typeof startQstash>>;
  resend?: Awaited<ReturnType<typeof startResend>>;
  stripe?: Awaited<ReturnType<typeof startStripe>>;
  midtrans?: Awaited<ReturnType<typeof startMidtrans>>;
  twilio?: Awaited<ReturnType<typeof startTwilio>>;
}

/** What the app must know to use the running stand-ins: the same variables that name the real services. */
export function cloudEnv(servers: CloudServers, keys: Keys): Record<string, string> {
  const { upstash, qstash, resend, stripe, midtrans, twilio } = servers;
  return {
    ...(upstash && {
      UPSTASH_REDIS_REST_URL: upstash.url,
      ...pick(keys, "UPSTASH_REDIS_REST_TOKEN"),
    }),
    ...(qstash && {
      QSTASH_URL: qstash.url,
      ...pick(keys, "QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"),
    }),
    ...(resend && {
      RESEND_BASE_URL: resend.url,
      ...pick(keys, "RESEND_API_KEY", "RESEND_WEBHOOK_SECRET", "MAIL_FROM"),
    }),
    ...(stripe && {
      STRIPE_API_BASE: stripe.url,
      ...pick(keys, "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    }),
    ...(midtrans && {
      MIDTRANS_API_BASE: midtrans.url,
      MIDTRANS_SNAP_BASE: midtrans.url,
      ...pick(keys, "MIDTRANS_SERVER_KEY"),
    }),
    ...(twilio && {
      TWILIO_BASE_URL: twilio.url,
      ...pick(keys, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"),
    }),
  };
}

function pick<K extends keyof Keys>(keys: Keys, ...names: K[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, keys[name]]));
}
