import { Construct } from "constructs";
import { IServerNetwork } from "../../contracts";

/** Settings of an {@link ExistingNetwork}. */
export interface ExistingNetworkProps {
  /**
   * Name of the network in messages.
   *
   * @default - the construct id
   */
  readonly name?: string;
}

/**
 * An existing private network. {@link ExistingServer}s of one network connect to each other's private addresses.
 *
 * @example
 * const lan = new ExistingNetwork(this, "lan");
 * new ExistingServer(this, "db-server", { address: "203.0.113.7", network: lan, privateAddress: "10.0.0.7" });
 */
export class ExistingNetwork extends Construct implements IServerNetwork {
  public readonly name: string;

  public constructor(scope: Construct, id: string, props: ExistingNetworkProps = {}) {
    super(scope, id);
    this.name = props.name ?? id;
  }
}
