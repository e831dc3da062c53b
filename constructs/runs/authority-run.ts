import { contract } from "../../lib/contract";
import { InventoryRun } from "../../lib/inventory/inventory";
import { MonitoringScope } from "../contracts";
import { OnMove } from "../components/on-move";
import { authorityServer } from "../components/certificates";
import { builtInContent } from "./built-in-playbook";
import { Run } from "./run";

/** The run that keeps the private certificate authority on one server, before any component needs a certificate. */
export class AuthorityRun extends Run {
  public constructor(private readonly monitoring: MonitoringScope) {
    const kind = contract.runs.authority;
    super(monitoring, kind, { content: builtInContent(`${kind}.yml`, ["roles/base", `roles/${kind}`]) });
  }

  public get _inventoryRun(): InventoryRun {
    const server = authorityServer(this.monitoring);
    return {
      name: this.name,
      playbook: `${this.name}.yml`,
      content: this._content,
      component: true,
      artifacts: [],
      secrets: [],
      variables: {},
      hosts: new Map(server === undefined ? [] : [[server.name, { monitoring_on_move: OnMove.KEEP_DATA }]]),
    };
  }
}
