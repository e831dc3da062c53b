import { Construct } from "constructs";
import { Member, MemberProps } from "./member";

/**
 * A server that gets only the host firewall: no node exporter and no log agent. Use it for a server that already has
 * exporters, and list them in the prop `exporters`.
 *
 * @example
 * new FirewalledServer(this, "db", { monitoring, server, exporters: [{ job: "postgres", port: 9187 }] });
 */
export class FirewalledServer extends Member {
  public readonly _hostsComponents: boolean = false;

  public constructor(scope: Construct, id: string, props: MemberProps) {
    super(scope, id, props);
  }
}
