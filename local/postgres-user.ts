import { execFileSync, spawnSync } from "node:child_process";
import { Refusal } from "./refusal.ts";

/** How to run Postgres' programs, which refuse to run as root. */
export interface PostgresUser {
  /** Put before each command. */
  prefix: readonly string[];
  /** For Node's spawn. */
  spawnAs: { uid?: number; gid?: number };
  /** Who must own the cluster's files, where it isn't us. */
  owner?: { uid: number; gid: number };
}

/**
 * The user that runs Postgres: ourselves, or as root the user `postgres`, made when missing.
 * @param binary a Postgres program that it must be able to run
 * @param folder a folder that it must be able to enter
 * @throws Refusal when neither plain rights nor a capability let it in.
 */
export function findPostgresUser(binary: string, folder: string): PostgresUser {
  if (process.getuid?.() !== 0) return { prefix: [], spawnAs: {} };
  const owner = userIds() ?? createUser();
  const plain: PostgresUser = { prefix: [], spawnAs: owner, owner };
  if (reaches(plain, binary, folder)) return plain;
  // A parent folder keeps others out (/root is 0700): the weakest capability that passes it, and no other right of root.
  for (const capability of ["dac_read_search", "dac_override"]) {
    const passing = withCapability(owner, capability);
    if (reaches(passing, binary, folder)) return passing;
  }
  throw new Refusal(
    `Postgres doesn't run as root, and its user "postgres" can't enter ${folder} or run ${binary}: start Nightledger as an ordinary user, or keep checkout and DATA_DIR where every user may pass.`,
  );
}

function withCapability(owner: { uid: number; gid: number }, capability: string): PostgresUser {
  const prefix = [
    "setpriv",
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    "--clear-groups",
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
    // Without it the kernel forgets the capability in access(2), by which initdb looks for its kin.
    "--securebits=+no_setuid_fixup",
  ];
  return { prefix, spawnAs: {}, owner };
}

function reaches({ prefix, spawnAs }: PostgresUser, binary: string, folder: string): boolean {
  const [file = "", ...args] = [...prefix, "sh", "-c", 'cd "$1" && test -x "$2" && "$2" --version', "sh", folder, binary];
  return spawnSync(file, args, { ...spawnAs, cwd: "/", stdio: "ignore" }).status === 0;
}

function userIds(): { uid: number; gid: number } | undefined {
  const id = (flag: string): number =>
    Number(
      execFileSync("id", [flag, "postgres"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

function createUser(): { uid: number; gid: number } {
  spawnSync("useradd", ["--system", "--user-group", "--shell", "/usr/sbin/nologin", "postgres"], {
    stdio: "ignore",
  });
  const ids = userIds();
  if (ids) return ids;
  throw new Refusal('Postgres doesn\'t run as root, and a user "postgres" could not be made: start Nightledger as an ordinary user.');
}
