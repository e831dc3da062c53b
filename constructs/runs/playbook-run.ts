import { basename } from "node:path";
import { InventoryRun, Value } from "../../lib/inventory/inventory";
import { Secret } from "../../lib/inventory/secret";
import type { Member } from "../members/member";
import type { Monitoring } from "../monitoring";
import { userPlaybook } from "./user-playbook";
import { constructError } from "../synthesis/errors";
import { Run } from "./run";

/** Settings of a {@link PlaybookRun}. */
export interface PlaybookRunProps {
  /**
   * The playbook's file. Its folder, with all that is in it (roles, templates, files), is the run's content: keep it
   * for the playbook alone. Its plays address the run's hosts by `hosts: run_<id>`.
   */
  readonly playbook: string;
  /**
   * The servers that it runs on.
   *
   * @default - every member of the monitoring
   */
  readonly hosts?: readonly Member[];
  /**
   * Variables for the playbook: text, numbers, booleans, lists and maps of these, which may contain tokens.
   *
   * @default - none
   */
  readonly variables?: Readonly<Record<string, unknown>>;
  /**
   * Secrets by the name under which the playbook looks them up: `monitoring_secrets` tells it where.
   *
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, Secret>>;
}

/**
 * Runs a playbook of your own on a monitoring's servers, by the same rules as ours: it waits for SSH, checks host keys,
 * runs again only when something changed that it consumes, and only on the servers where it did not succeed before.
 */
export class PlaybookRun extends Run {
  private readonly props: PlaybookRunProps;

  /** @throws when the playbook does not exist or has no folder of its own */
  public constructor(
    private readonly monitoring: Monitoring,
    id: string,
    props: PlaybookRunProps,
  ) {
    super(monitoring, id, userPlaybook(monitoring, id, props.playbook));
    this.props = props;
    for (const host of props.hosts ?? []) {
      if (host.monitoring !== monitoring)
        throw constructError(
          this,
          `the server "${host.server.name}" belongs to another monitoring, ${host.monitoring.node.path}`,
        );
    }
    for (const name of Object.keys(props.variables ?? {})) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw constructError(
          this,
          `"${name}" is not a variable's name: letters, digits and underscores, no digit first`,
        );
    }
  }

  public get _inventoryRun(): InventoryRun {
    const hosts = this.props.hosts ?? this.monitoring._members;
    return {
      name: this.name,
      playbook: basename(this.props.playbook),
      content: this.content,
      component: false,
      artifacts: [],
      secrets: Object.entries(this.props.secrets ?? {}).map(([name, secret]) => secret.reference(name)),
      variables: (this.props.variables ?? {}) as Readonly<Record<string, Value>>,
      hosts: new Map(hosts.map(({ server }) => [server.name, {}])),
    };
  }
}
