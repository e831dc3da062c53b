import { Construct } from "constructs";
import { IServerNetwork } from "../../contracts";

/** Settings of an {@link ExistingNetwork}. */
export interface ExistingNetworkProps {
  /**
   * The network's name, for people.
   *
   * @default - the construct's id
   */
  readonly name?: string;
}

/** A private network that is there already. {@link ExistingServer}s in it dial each other's private addresses. */
export class ExistingNetwork extends Construct implements IServerNetwork {
  public readonly name: string;

  public constructor(scope: Construct, id: string, props: ExistingNetworkProps = {}) {
    super(scope, id);
    this.name = props.name ?? id;
  }
}
