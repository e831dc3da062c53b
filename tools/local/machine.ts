import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { version as cdktfVersion } from "cdktf/package.json";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { terraformName } from "../cli/terraform-name";

/** The machine and the versions that measurements were taken with. Compare absolute figures only for the same machine. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Such as `Linux 6.1.0`. */
  readonly kernel: string;
  /** Load averages of 1, 5 and 15 minutes before the first measurement. They show whether other work disturbed it. */
  readonly load: readonly number[];
  /** Versions by program. Null if a program is not installed. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** Commit of the measured code. Null outside a clone. */
  readonly commit: string | null;
  /** Whether files differ from the commit. */
  readonly modified: boolean;
}

/** Describes this machine. */
export async function describeMachine(environment: Readonly<Record<string, string>>): Promise<Machine> {
  const version = async (program: string, ...args: string[]): Promise<string | null> =>
    versionIn(await output(program, args, environment));
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    versions: {
      node: process.versions.node,
      terraform: await version(terraformName(), "version"),
      cdktf: cdktfVersion,
      "ansible-core": await version("ansible-playbook", "--version"),
      docker: await version("docker", "version", "--format", "{{.Server.Version}}"),
    },
    commit: git("rev-parse", "HEAD"),
    modified: (git("status", "--porcelain") ?? "") !== "",
  };
}

/** The first version number in a text. */
export function versionIn(text: string | null): string | null {
  return /\d+(?:\.\d+)+/.exec(text ?? "")?.[0] ?? null;
}

async function output(
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
