import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { contract } from "../../lib/contract";
import { playbooksDirectory } from "../../lib/paths";
import { Drift, readDrift } from "../../lib/verify/observation";
import { run } from "./process";
import { Deployed, stackDirectory } from "./stack-outputs";

/** A change to a component on a server since the last deploy. */
export interface ServerDrift extends Drift {
  readonly server: string;
}

/** Compares the servers of a Monitoring with its last deploy. Servers that do not answer have no changes. */
export async function findDrift(
  stack: string,
  { inventory, runs }: Deployed,
  environment: Readonly<Record<string, string>>,
): Promise<ServerDrift[]> {
  const { code, stdout } = await run("python3", [join(playbooksDirectory, "drift.py")], {
    cwd: stackDirectory(stack),
    environment: {
      ...environment,
      MONITORING_STATE: runs[0]?.state ?? "",
      MONITORING_INVENTORY: gzipSync(inventory).toString("base64"),
    },
  });
  if (code !== 0) return [];
  const servers = Object.entries(JSON.parse(stdout) as Record<string, readonly string[]>);
  return servers.flatMap(([server, lines]) => readDrift(lines).map((drift) => ({ server, ...drift })));
}

/**
 * Lets the next deploy repeat the runs of changed components, although their input did not change. Each run then finds
 * the changes on its servers by itself, and repairs them.
 */
export function repeatRuns(stack: string, { runs }: Deployed, drift: readonly ServerDrift[]): void {
  const changed = new Set(drift.filter(({ repairable }) => repairable).map(({ component }) => component));
  for (const { name, state } of runs.filter((each) => changed.has(each.name))) {
    const folder = resolve(stackDirectory(stack), state, contract.state.inFlight);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), `${randomBytes(16).toString("hex")}\n`);
  }
}
