import { contract } from "../../lib/contract";
import { InventoryRun } from "../../lib/inventory/inventory";
import { authorityServer } from "../components/certificates";
import { IServer, MonitoringScope } from "../contracts";
import { builtInContent } from "./built-in-playbook";
import { Run } from "./run";

/** The last run: uninstalls from each server the components that are no longer placed on it. */
export class CleanupRun extends Run {
  public constructor(private readonly monitoring: MonitoringScope) {
    // The construct id is part of the resource address in deployed stacks, so it keeps the former name of the run.
    super(monitoring, "reconcile", {
      name: contract.runs.cleanup,
      content: builtInContent("cleanup.yml", ["components.json", "roles"]),
    });
  }

  public get _inventoryRun(): InventoryRun {
    const components = this.monitoring._members.map(({ server, _components: components }) => {
      const kinds = ["firewall", ...this.authorityOn(server), ...components.map(({ kind }) => kind)].sort();
      return [server.name, { monitoring_components: kinds }] as const;
    });
    return {
      name: this.name,
      playbook: "cleanup.yml",
      content: this._content,
      component: false,
      artifacts: [],
      secrets: [],
      variables: {},
      hosts: new Map(components),
    };
  }

  private authorityOn(server: IServer): string[] {
    const { transport } = this.monitoring;
    return transport._hasAuthority && authorityServer(this.monitoring) === server ? [contract.runs.authority] : [];
  }
}
