import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { dependable, Fn, ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { ArtifactRequest } from "../../lib/artifacts";
import { runGroup, InventoryRun } from "../../lib/inventory/inventory";
import { runNameProblem } from "../../lib/names";
import type { Monitoring } from "../monitoring";
import { rejectIf } from "../synthesis/errors";

/** Settings that every kind of run passes to its base class. */
export interface RunDescription {
  /**
   * Name of the run.
   *
   * @default - the construct id
   */
  readonly name?: string;
  /** The hash of all files that the run consists of. */
  readonly content: string;
  /** The path of a playbook outside our folder, as Terraform sees it. */
  readonly playbookPath?: string;
  /** The folder of the files that a synthesis makes for it, by server, as Terraform sees it. */
  readonly files?: string;
}

/**
 * One `null_resource` that runs one playbook over all the hosts that need it.
 *
 * It runs again when something changes that it consumes: a file of its playbook or roles, its data, a machine, a
 * secret's version; or when the last run was cut off.
 */
export abstract class Run extends Construct {
  /** Name of the run in the inventory, on the command line and in the markers on servers. */
  public readonly name: string;
  /** The run's `null_resource`; none in a monitoring that does not provision. */
  public readonly resource?: NullResource;
  /** The command that runs it, in the stack's folder. */
  public readonly _command: string;
  /** The hash of all files that the run consists of. */
  protected readonly content: string;

  protected constructor(scope: Monitoring, id: string, description: RunDescription) {
    super(scope, id);
    this.name = description.name ?? id;
    rejectIf(this, runNameProblem(this.name));
    this.content = description.content;
    const playbook = description.playbookPath === undefined ? "" : ` --playbook ${description.playbookPath}`;
    const files = description.files === undefined ? "" : ` --files ${description.files}`;
    this._command = `exec python3 ${scope._playbooksPath}/run.py ${this.name}${playbook}${files}`;
    if (scope.provision) this.resource = this.makeResource(scope);
    scope._addRun(this);
  }

  /** The run as the inventory knows it. Asked at synthesis, when all is placed. */
  public abstract get _inventoryRun(): InventoryRun;

  /** The archives that it installs. */
  public get _artifacts(): readonly ArtifactRequest[] {
    return [];
  }

  /** Lets this run wait for something else in its stack. */
  public after(other: ITerraformDependable): void {
    if (this.resource) this.resource.dependsOn = [...(this.resource.dependsOn ?? []), dependable(other)];
  }

  private makeResource(scope: Monitoring): NullResource {
    const state = scope._stateDirectory;
    return new NullResource(this, "Resource", {
      triggers: {
        content: this.content,
        data: consumed(scope._inventoryName, runGroup(this.name)),
        interrupted: `\${try(filesha256("${state}/in-flight/${this.name}"), "")}`,
      },
      provisioners: [
        {
          type: "local-exec",
          command: this._command,
          environment: {
            MONITORING_STATE: state,
            MONITORING_INVENTORY: Fn.base64gzip(Fn.jsonencode(scope._inventory)),
          },
        },
      ],
    });
  }
}

/** The hash of what a run consumes: its group of the inventory, and the machines that are in it. */
function consumed(inventory: string, name: string): string {
  const group = `${inventory}.all.children.${name}`;
  const machines = `{ for host in keys(${group}.hosts) : host => ${inventory}.all.hosts[host].monitoring_server }`;
  return `\${sha256(jsonencode([${group}, ${machines}]))}`;
}
