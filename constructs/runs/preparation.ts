import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Token } from "cdktf";
import { createHash } from "node:crypto";
import { isHostName } from "../../lib/network/address";
import { ArtifactRequest } from "../../lib/artifacts";
import { parseJumpHost } from "../../lib/network/jump-host";
import type { Monitoring } from "../monitoring";
import { lazyForEach, lazyString } from "../synthesis/lazy-values";
import { IServer } from "../contracts";
import { projectFile } from "../synthesis/state";

/** The resource that fills the controller's cache, so that a wrong archive stops the deploy before any server is touched. */
export function fetchArtifacts(monitoring: Monitoring, requests: () => readonly ArtifactRequest[]): NullResource {
  const located = (): string =>
    JSON.stringify(requests().map((request) => ({ ...request, location: monitoring.artifacts.location })));
  return new NullResource(monitoring, "artifacts", {
    triggers: { requests: lazyString(() => digest(requests())) },
    provisioners: [
      {
        type: "local-exec",
        command: `printf %s "$MONITORING_ARTIFACTS" | python3 ${monitoring._playbooksPath}/artifacts.py ensure - --lock ${projectFile("artifacts.lock.json")} >/dev/null`,
        environment: { MONITORING_ARTIFACTS: lazyString(located) },
      },
    ],
  });
}

/**
 * The resource that looks up the names by which servers are reached from here, so that a wrong one stops the deploy
 * before any server is touched. There is none where all have addresses.
 */
export function resolveNames(monitoring: Monitoring): NullResource {
  const wanted = (): NameToResolve[] => monitoring._members.flatMap(({ server }) => namesOf(server));
  const entries = lazyForEach(monitoring, "names-to-resolve", (): Record<string, string> => {
    const names = new Set(wanted().map(({ name }) => name));
    return names.size === 0 ? {} : { all: digest([...names].sort()) };
  });
  return new NullResource(monitoring, "names", {
    forEach: entries,
    triggers: { names: Token.asString(entries.value) },
    provisioners: [
      {
        type: "local-exec",
        command: `exec python3 ${monitoring._playbooksPath}/names.py`,
        environment: { MONITORING_NAMES: lazyString(() => JSON.stringify(wanted())) },
      },
    ],
  });
}

/** A host name, and where it was written. */
interface NameToResolve {
  readonly name: string;
  readonly where: string;
}

/** Behind a jump host a server's name is looked up there, and not by this machine. */
function namesOf({ node, ssh: { host, jumpHost } }: IServer): NameToResolve[] {
  const [setting, text] = jumpHost === undefined ? ["address", host] : ["jumpHost", jumpHost];
  if (Token.isUnresolved(text)) return [];
  const name = jumpHost === undefined ? text : parseJumpHost(text).host;
  return isHostName(name) ? [{ name, where: `${node.path}: ${setting}` }] : [];
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
