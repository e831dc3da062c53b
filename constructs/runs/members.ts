import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Fn } from "cdktf";
import { contract } from "../../lib/contract";
import { runGroup } from "../../lib/inventory/inventory";
import { PYTHON } from "../../lib/python";
import { MonitoringScope } from "../contracts";
import { lazyString } from "../synthesis/lazy-values";
import { presentMachines } from "./leave";

/**
 * Records the members on the controller, and stops the log agents of servers that left since the last deploy.
 *
 * All runs wait for this step: as long as no run has changed a firewall, Loki still accepts the last lines of these
 * agents. The step connects only to servers that left, and ends after a short time even if they are unreachable. It does
 * not fail for an unreachable server. Therefore neither a server that leaves nor the uninstall can stop the runs, and a
 * failed run cannot stop the uninstall, which depends on nothing.
 *
 * The record is a file and not Terraform's state, because a provisioner of the old resource could not tell a server that
 * left from a changed one.
 */
export function recordMembers(monitoring: MonitoringScope): NullResource {
  const all = `${monitoring._inventoryName}.all`;
  const agents = `try(keys(${all}.children.${runGroup(contract.runs.logAgent)}.hosts), [])`;
  return new NullResource(monitoring, "members", {
    triggers: { members: `\${sha256(jsonencode([${all}.hosts, ${agents}]))}` },
    provisioners: [
      {
        type: "local-exec",
        command: `exec ${PYTHON} ${monitoring._playbooksPath}/members.py`,
        environment: {
          MONITORING_STATE: monitoring._stateDirectory,
          MONITORING_INVENTORY: Fn.base64gzip(Fn.jsonencode(monitoring._inventory)),
          MONITORING_MEMBERS: lazyString(() => presentMachines(monitoring)),
        },
      },
    ],
  });
}
