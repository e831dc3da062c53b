import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { contract } from "../../lib/contract";
import { MonitoringScope } from "../contracts";

/**
 * Creates the resource whose id identifies the monitoring. Each server that a run changes records this id and the path of
 * the monitoring, and accepts no other one. The id is in the state of Terraform, so that all controllers share it.
 *
 * The private folder of the stack records the id, too. After the state was lost, or the monitoring was renamed, the former
 * ids in the folder show that the servers belong to this project.
 */
export function createOwner(monitoring: MonitoringScope): NullResource {
  const { owner, formerOwners } = contract.state;
  return new NullResource(monitoring, "owner", {
    provisioners: [
      {
        type: "local-exec",
        command: [
          "umask 077",
          `mkdir -p "$MONITORING_STATE"`,
          `cd "$MONITORING_STATE"`,
          `{ [ ! -e ${owner} ] || cat ${owner} >> ${formerOwners}; }`,
          `echo "$MONITORING_OWNER" > ${owner}`,
        ].join(" && "),
        environment: { MONITORING_STATE: monitoring._stateDirectory, MONITORING_OWNER: "${self.id}" },
      },
    ],
  });
}
