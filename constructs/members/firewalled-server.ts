import { Construct } from "constructs";
import { Member, MemberProps } from "./member";

/**
 * A server on which nothing of ours is installed but its firewall: for those that have exporters of their own, which the
 * prop `exporters` names. Its logs are sent by nobody.
 */
export class FirewalledServer extends Member {
  public readonly _hostsComponents: boolean = false;

  public constructor(scope: Construct, id: string, props: MemberProps) {
    super(scope, id, props);
  }
}
