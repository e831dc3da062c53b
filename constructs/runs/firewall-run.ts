import { contract } from "../../lib/contract";
import { groupBy } from "../../lib/grouping";
import { InventoryRun } from "../../lib/inventory/inventory";
import { MonitoringScope } from "../contracts";
import { builtInContent } from "./built-in-playbook";
import { Run } from "./run";

/**
 * The run that applies the host firewalls. Every other run also applies the firewall of its servers first, so this run
 * has an effect only on servers where nothing but the allowed connections changed.
 */
export class FirewallRun extends Run {
  public constructor(private readonly monitoring: MonitoringScope) {
    super(monitoring, contract.runs.firewall, {
      content: builtInContent("firewall.yml", ["roles/base", "roles/firewall"]),
    });
  }

  public get _inventoryRun(): InventoryRun {
    const { accessGraph, _listening: listening } = this.monitoring;
    const edges = groupBy(accessGraph, ({ destination }) => destination);
    const outgoing = groupBy(accessGraph, ({ source }) => source.server);
    const users = new Map(listening.map(({ server, kind, user }) => [`${server} ${kind}`, user]));
    const userOf = (server: string, kind: string): string | undefined => users.get(`${server} ${kind}`);
    return {
      name: this.name,
      playbook: "firewall.yml",
      content: this._content,
      component: false,
      artifacts: [],
      secrets: [],
      variables: {},
      hosts: new Map(
        this.monitoring._members.map(({ server: { name }, firewall }) => [
          name,
          firewall._variables({ edges: edges.get(name) ?? [], outgoing: outgoing.get(name) ?? [], userOf }),
        ]),
      ),
    };
  }
}
