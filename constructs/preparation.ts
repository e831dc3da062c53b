import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { createHash } from "node:crypto";
import { ArtifactRequest } from "../lib/artifacts";
import type { Monitoring } from "./monitoring";
import { late } from "./late";
import { projectFile } from "./state";

/** The resource that fills the controller's cache, so that a wrong archive stops the deploy before any server is touched. */
export function fetchArtifacts(monitoring: Monitoring, requests: () => readonly ArtifactRequest[]): NullResource {
  const located = (): string =>
    JSON.stringify(requests().map((request) => ({ ...request, location: monitoring.artifacts.location })));
  return new NullResource(monitoring, "artifacts", {
    triggers: { requests: late(() => createHash("sha256").update(JSON.stringify(requests())).digest("hex")) },
    provisioners: [
      {
        type: "local-exec",
        command: `printf %s "$MONITORING_ARTIFACTS" | python3 ${monitoring.playbooksPath}/artifacts.py ensure - --lock ${projectFile("artifacts.lock.json")} >/dev/null`,
        environment: { MONITORING_ARTIFACTS: late(located) },
      },
    ],
  });
}
