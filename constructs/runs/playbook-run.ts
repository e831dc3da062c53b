import { basename } from "node:path";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Value } from "../../lib/inventory/variables";
import { Secret } from "../../lib/inventory/secret";
import type { Member } from "../members/member";
import type { Monitoring } from "../monitoring";
import { userPlaybook } from "./user-playbook";
import { constructError } from "../synthesis/errors";
import { Run } from "./run";

/** Settings of a {@link PlaybookRun}. */
export interface PlaybookRunProps {
  /**
   * File of the playbook. All files in its folder (roles, templates, files) belong to the run, so use a folder that
   * contains nothing else. The plays use `hosts: run_<id>`.
   */
  readonly playbook: string;
  /**
   * Members on whose servers the playbook runs.
   *
   * @default - every member of the monitoring
   */
  readonly hosts?: readonly Member[];
  /**
   * Variables of the playbook: text, numbers, booleans, and lists and maps of these. They may contain tokens.
   *
   * @default - none
   */
  readonly variables?: Readonly<Record<string, unknown>>;
  /**
   * Secrets of the playbook, by name. The variable `monitoring_secrets` contains, for each secret, the environment
   * variable or the file on the controller that contains its value.
   *
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, Secret>>;
}

/**
 * Runs a user-provided playbook on the servers of a monitoring.
 *
 * The run works like the runs of built-in playbooks: it waits for SSH, checks host keys, repeats only when its input
 * changes, and skips servers on which it already succeeded with the same input.
 *
 * @example
 * new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "site", "site.yml"), hosts: [app] });
 */
export class PlaybookRun extends Run {
  private readonly props: PlaybookRunProps;

  /** @throws if the playbook does not exist, or its folder is the root of a project */
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
          `the server "${host.server.name}" belongs to another monitoring (${host.monitoring.node.path}): remove it from hosts`,
        );
    }
    for (const name of Object.keys(props.variables ?? {})) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw constructError(
          this,
          `variables: "${name}" is not a variable name: use letters, digits and underscores, and no leading digit`,
        );
    }
  }

  public get _inventoryRun(): InventoryRun {
    const hosts = this.props.hosts ?? this.monitoring._members;
    return {
      name: this.name,
      playbook: basename(this.props.playbook),
      content: this._content,
      component: false,
      artifacts: [],
      secrets: Object.entries(this.props.secrets ?? {}).map(([name, secret]) => secret._reference(name)),
      variables: (this.props.variables ?? {}) as Readonly<Record<string, Value>>,
      hosts: new Map(hosts.map(({ server }) => [server.name, {}])),
    };
  }
}
