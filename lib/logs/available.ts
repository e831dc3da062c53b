import { Architecture } from "../architecture";
import { Artifacts } from "../artifacts";
import { LogAgent } from "./log-agent";

/** A log agent, and why it is not the default one. */
export interface AvailableLogAgent {
  readonly agent: LogAgent;
  /** @default - it is the default one */
  readonly reason?: string;
}

/** Alloy where its archive can be had, else Promtail. */
export function availableLogAgent(artifacts: Artifacts, architecture: Architecture): AvailableLogAgent {
  const alloy = LogAgent.alloy();
  try {
    artifacts.request(alloy.program, architecture);
    return { agent: alloy };
  } catch {
    const reason = `the log agent is Promtail: Alloy cannot be built from its Go module, and no archive of it is in ${String(artifacts.location)}`;
    return { agent: LogAgent.promtail(), reason };
  }
}
