import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { dependable, Fn, ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { ArtifactRequest } from "../../lib/artifacts";
import { contract } from "../../lib/contract";
import { runGroup, InventoryRun } from "../../lib/inventory/inventory";
import { runNameProblem } from "../../lib/names";
import { PYTHON } from "../../lib/python";
import { MonitoringScope, IRun } from "../contracts";
import { rejectIf } from "../synthesis/errors";

/** Settings of a {@link Run}. */
export interface RunDescription {
  /**
   * Whether the run gives certificates to components, and must be repeated before they end.
   *
   * @default false
   */
  readonly issuesCertificates?: boolean;
  /**
   * Name of the run.
   *
   * @default - the construct id
   */
  readonly name?: string;
  /** Hash of all files of the playbook and its roles. */
  readonly content: string;
  /** Path of a user-provided playbook, relative to the working directory of Terraform. */
  readonly playbookPath?: string;
  /** Folder of the generated files, by server, relative to the working directory of Terraform. */
  readonly files?: string;
}

/**
 * One `null_resource` that runs one playbook on all hosts that need it.
 *
 * The run repeats if its input changed (a file of the playbook or its roles, its variables, a machine, or the version
 * of a secret), and if it was interrupted.
 */
export abstract class Run extends Construct implements IRun {
  /** Name of the run in the inventory, in commands such as `npm run play <name>`, and of its markers on servers. */
  public readonly name: string;
  /** The `null_resource` of the run; undefined in a monitoring with `provision: false`. */
  public readonly resource?: NullResource;
  /** Command that starts the run in the folder of the stack. @internal */
  public readonly _command: string;
  /** Hash of all files of the playbook and its roles. @internal */
  protected readonly _content: string;

  protected constructor(scope: MonitoringScope, id: string, description: RunDescription) {
    super(scope, id);
    this.name = description.name ?? id;
    rejectIf(this, runNameProblem(this.name));
    this._content = description.content;
    const playbook = description.playbookPath === undefined ? "" : ` --playbook ${description.playbookPath}`;
    const files = description.files === undefined ? "" : ` --files ${description.files}`;
    this._command = `exec ${PYTHON} ${scope._playbooksPath}/run.py ${this.name}${playbook}${files}`;
    if (scope.provision) this.resource = this.makeResource(scope, description);
    scope._addRun(this);
  }

  /** The run in the inventory. Complete at synthesis. @internal */
  public abstract get _inventoryRun(): InventoryRun;

  /** Release archives that the run installs. @internal */
  public get _artifacts(): readonly ArtifactRequest[] {
    return [];
  }

  /** Makes this run wait for another resource in the same stack. */
  public after(other: ITerraformDependable): void {
    if (this.resource) this.resource.dependsOn = [...(this.resource.dependsOn ?? []), dependable(other)];
  }

  private makeResource(scope: MonitoringScope, { issuesCertificates = false }: RunDescription): NullResource {
    const state = scope._stateDirectory;
    return new NullResource(this, "Resource", {
      triggers: {
        content: this._content,
        data: consumed(scope._inventoryName, runGroup(this.name)),
        ...(issuesCertificates
          ? { certificates: renewals(`${state}/${contract.state.certificates}/${this.name}.json`) }
          : {}),
        interrupted: interruption(state, this.name),
      },
      provisioners: [
        {
          type: "local-exec",
          command: this._command,
          environment: {
            MONITORING_STATE: state,
            // A deploy may pin host keys. The commands play and verify may not.
            MONITORING_TRUST: "first-use",
            MONITORING_INVENTORY: Fn.base64gzip(Fn.jsonencode(scope._inventory)),
          },
        },
      ],
    });
  }
}

/**
 * Returns an expression that changes when a run was killed. It keeps its value when a deploy has repeated the run, so that the
 * deploy after that has nothing to do.
 */
function interruption(state: string, run: string): string {
  const hash = (folder: string): string => `filesha256("${state}/${folder}/${run}")`;
  return `\${try(${hash(contract.state.inFlight)}, ${hash(contract.state.repeated)}, "")}`;
}

/**
 * Returns an expression for the number of times that the certificates of a run were replaced. From the time on at which they must
 * be replaced again, it is one more.
 *
 * @param file record of the run, which does not exist before the first deploy
 */
function renewals(file: string): string {
  const record = `jsondecode(file("${file}"))`;
  return `\${try(${record}.renewals + (timecmp(plantimestamp(), ${record}.due) >= 0 ? 1 : 0), 0)}`;
}

/** Returns an expression for the hash of a run's input: its group in the inventory, and the machines of the group. */
function consumed(inventory: string, name: string): string {
  const group = `${inventory}.all.children.${name}`;
  const machines = `{ for host in keys(${group}.hosts) : host => ${inventory}.all.hosts[host].monitoring_server }`;
  return `\${sha256(jsonencode([${group}, ${machines}]))}`;
}
