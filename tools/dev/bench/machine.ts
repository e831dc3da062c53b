import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { version as cdktfVersion } from "cdktf/package.json";
import { projectRoot, run } from "../../cli/common";

/** On what and of what the figures were taken: figures of different machines are not to be compared, ratios may be. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Such as `Linux 6.1.0`. */
  readonly kernel: string;
  /** Load averages of 1, 5 and 15 minutes before the first benchmark: whether others worked here at the same time. */
  readonly load: readonly number[];
  /** Versions by program; null where it is not here, or was not needed. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** The commit that was measured; null outside a clone. */
  readonly commit: string | null;
  /** Whether files differed from the commit. */
  readonly modified: boolean;
}

/** Asks this machine. */
export async function describeMachine(environment: Readonly<Record<string, string>>): Promise<Machine> {
  const first = async (program: string, ...args: string[]): Promise<string | null> =>
    versionIn(await said(program, args, environment));
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    versions: {
      node: process.versions.node,
      terraform: await first("terraform", "version"),
      cdktf: cdktfVersion,
      "ansible-core": await first("ansible-playbook", "--version"),
      docker: await first("docker", "version", "--format", "{{.Server.Version}}"),
    },
    commit: git("rev-parse", "HEAD"),
    modified: (git("status", "--porcelain") ?? "") !== "",
  };
}

/** The first version in what a program says of itself. */
export function versionIn(text: string | null): string | null {
  return /\d+(?:\.\d+)+/.exec(text ?? "")?.[0] ?? null;
}

async function said(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  const result = await run(program, args, { environment, timeout: 20 }).catch(() => undefined);
  return result?.code === 0 ? result.stdout : null;
}

function git(...args: string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
