import { z } from "zod";
import type { WantedPort } from "./ports.ts";
import { Refusal } from "./refusal.ts";
import type { VendorName } from "./vendors.ts";

export interface Ports {
  /** What the guest's browser opens. */
  front: number;
  /** Where the app itself listens: `front`, but for the dev server before it. */
  app: number;
  upstash: number;
  qstash: number;
  resend: number;
  stripe: number;
  midtrans: number;
  twilio: number;
  postgres: number;
  redis: number;
}

const portSchema = z.coerce.number().int().min(1).max(65_527);

/**
 * `PORT` for the app, `LOCAL_PORT` and the eight after it for the rest.
 * @throws Refusal naming the variable that can't be a port.
 */
export function readPorts(env: NodeJS.ProcessEnv, dev: boolean): Ports {
  const front = readPort(env, "PORT", 3000);
  const base = readPort(env, "LOCAL_PORT", 3100);
  if (front >= base && front <= base + 8) {
    throw new Refusal(`PORT ${front} lies among the ports ${base} to ${base + 8} that LOCAL_PORT takes: move one of them.`);
  }
  return {
    front,
    app: dev ? base + 8 : front,
    upstash: base,
    qstash: base + 1,
    resend: base + 2,
    stripe: base + 3,
    midtrans: base + 4,
    twilio: base + 5,
    postgres: base + 6,
    redis: base + 7,
  };
}

/** The ports that will be taken here, each with the variable that moves it. */
export function wantedPorts({ ports, choices, dev }: { ports: Ports; choices: Record<VendorName, string>; dev: boolean }): WantedPort[] {
  const local = "LOCAL_PORT" as const;
  const wanted: (WantedPort | false)[] = [
    { port: ports.front, what: "the app", variable: "PORT" },
    dev && { port: ports.app, what: "the app behind Vite", variable: local },
    choices.postgres === "local" && { port: ports.postgres, what: "Postgres", variable: local },
    choices.redis === "local" && { port: ports.redis, what: "Redis", variable: local },
    choices.redis === "local" && {
      port: ports.upstash,
      what: "the Redis gateway",
      variable: local,
    },
    choices.queue === "local" && { port: ports.qstash, what: "the queue", variable: local },
    choices.mail === "local" && { port: ports.resend, what: "mail and the inbox", variable: local },
    choices.stripe === "local" && {
      port: ports.stripe,
      what: "the Stripe stand-in",
      variable: local,
    },
    choices.midtrans === "local" && {
      port: ports.midtrans,
      what: "the Midtrans stand-in",
      variable: local,
    },
    choices.sms === "local" && { port: ports.twilio, what: "the SMS stand-in", variable: local },
  ];
  return wanted.filter((port) => port !== false);
}

function readPort(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const port = portSchema.safeParse(env[name] || fallback);
  if (port.success) return port.data;
  throw new Refusal(`${name} is "${env[name]}", which is not a port between 1 and 65527.`);
}
