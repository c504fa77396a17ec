import type { RunningCloud } from "./cloud.ts";
import type { Settings } from "./settings.ts";

const PASSWORD = "nightledger-demo";

/** The short table that says where everything is. */
export function readyTable(settings: Settings, cloudEnv: RunningCloud["env"], seconds: number): string {
  const { RESEND_BASE_URL: mail, QSTASH_URL: queue } = cloudEnv;
  const rows = [
    ["app", settings.publicUrl],
    ...(mail ? [["inbox", `${mail}/inbox`]] : []),
    ...(queue ? [["queue", queue]] : []),
    ["data", settings.dataDir],
    ...(settings.production
      ? []
      : [
          ["guest", `guest@demo.test / ${PASSWORD}`],
          ["hotelier", `hotelier@demo.test / ${PASSWORD}`],
        ]),
  ];
  const lines = rows.map(([name = "", value = ""]) => `  ${name.padEnd(9)} ${value}`);
  return ["", `Nightledger is ready (${seconds.toFixed(1)} s)`, "", ...lines, "", "Ctrl-C ends it.", ""].join("\n");
}
