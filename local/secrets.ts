import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const secretsSchema = z.object({
  postgresPassword: z.string(),
  redisPassword: z.string(),
  upstashToken: z.string(),
  qstashToken: z.string(),
  qstashCurrentSigningKey: z.string(),
  qstashNextSigningKey: z.string(),
  authSecret: z.string(),
});
/** What belongs to one data folder alone. */
export type Secrets = z.infer<typeof secretsSchema>;

/** The data folder's own secrets, made on the first start and kept in `secrets.json`, readable by its owner only. */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, "secrets.json");
  if (existsSync(file)) return secretsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const secrets: Secrets = {
    postgresPassword: random(),
    redisPassword: random(),
    upstashToken: random(),
    qstashToken: random(),
    qstashCurrentSigningKey: `sig_${random()}`,
    qstashNextSigningKey: `sig_${random()}`,
    authSecret: random(),
  };
  // Renamed into place, so that a crash leaves the whole file or none.
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}

function random(): string {
  return randomBytes(32).toString("base64url");
}
