import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Token } from "cdktf";
import { createHash } from "node:crypto";
import { isHostName } from "../../lib/network/address";
import { ArtifactRequest } from "../../lib/artifacts";
import { contract } from "../../lib/contract";
import { parseJumpHost } from "../../lib/network/jump-host";
import { PYTHON } from "../../lib/python";
import { MonitoringScope } from "../contracts";
import { lazyForEach, lazyString } from "../synthesis/lazy-values";
import { IServer } from "../contracts";
import { projectFile } from "../synthesis/state";

/** Fills the cache of the controller, so that an invalid release archive stops the deploy before it changes a server. */
export function fetchArtifacts(monitoring: MonitoringScope, requests: () => readonly ArtifactRequest[]): NullResource {
  const located = (): string => {
    const refused = refusal(monitoring);
    const more = { location: monitoring.artifacts._location, ...(refused === undefined ? {} : { refused }) };
    return JSON.stringify(requests().map((request) => ({ ...request, ...more })));
  };
  return new NullResource(monitoring, "artifacts", {
    triggers: { requests: lazyString(() => digest(requests())) },
    provisioners: [
      {
        type: "local-exec",
        command: `printf %s "$MONITORING_ARTIFACTS" | ${PYTHON} ${monitoring._playbooksPath}/artifacts.py ensure - --lock ${projectFile(contract.artifactsLock)} >/dev/null`,
        environment: { MONITORING_ARTIFACTS: lazyString(located) },
      },
    ],
  });
}

/** Returns why the deploy must not use the archives, or undefined. */
function refusal(monitoring: MonitoringScope): string | undefined {
  const remote = monitoring._members.find(({ server }) => server._local !== true);
  if (!monitoring.artifacts._localOnly || remote === undefined) return undefined;
  return (
    `built from source because the release sites were unreachable, which is for local servers only, but "${remote.server.name}" is none: ` +
    "unset CDKTF_MONITORING_SOURCE, or unset CDKTF_MONITORING_SOURCE_FOR to install source builds on all servers"
  );
}

/**
 * Resolves the host names of the servers on the controller, so that an unknown name stops the deploy before it changes a
 * server. The resource has no instance if all servers have IP addresses.
 */
export function resolveNames(monitoring: MonitoringScope): NullResource {
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
        command: `exec ${PYTHON} ${monitoring._playbooksPath}/names.py`,
        environment: { MONITORING_NAMES: lazyString(() => JSON.stringify(wanted())) },
      },
    ],
  });
}

/** A host name, and the construct and prop that contain it. */
interface NameToResolve {
  readonly name: string;
  readonly where: string;
}

/** Returns the host names that this machine resolves. The name of a server behind a jump host is resolved there. */
function namesOf({ node, ssh: { host, jumpHost } }: IServer): NameToResolve[] {
  const [setting, text] = jumpHost === undefined ? ["address", host] : ["jumpHost", jumpHost];
  if (Token.isUnresolved(text)) return [];
  const name = jumpHost === undefined ? text : parseJumpHost(text).host;
  return isHostName(name) ? [{ name, where: `${node.path}: ${setting}` }] : [];
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
