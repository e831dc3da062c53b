import { basename } from "node:path";
import { ArtifactRequest } from "../../lib/artifacts";
import { filesHash } from "../../lib/inventory/generated-file";
import { InventoryRun } from "../../lib/inventory/inventory";
import { resourceVariables } from "../../lib/resources";
import { Variables } from "../../lib/inventory/variables";
import { IComponent, MonitoringScope } from "../contracts";
import { CertificateNeeds } from "../components/certificates";
import { userPlaybook } from "./user-playbook";
import { builtInContent } from "./built-in-playbook";
import { Run } from "./run";

/** The run of one kind of component, on every server that has such a component. */
export class ComponentRun extends Run {
  private readonly components: IComponent[] = [];

  /** @param playbook file of a user-provided playbook, if the kind has no built-in one */
  public constructor(
    private readonly scope: MonitoringScope,
    kind: string,
    private readonly playbook?: string,
  ) {
    super(scope, kind, {
      ...(playbook === undefined
        ? {
            content: builtInContent(`${kind}.yml`, ["roles/base", `roles/${kind}`, "components.json"]),
          }
        : userPlaybook(scope, kind, playbook)),
      files: `${scope._filesDirectory}/${kind}`,
      issuesCertificates: scope.transport._hasAuthority,
    });
  }

  /** Adds a component of this kind. */
  public add(component: IComponent): void {
    this.components.push(component);
  }

  public override get _artifacts(): readonly ArtifactRequest[] {
    const requests = this.components.flatMap(({ _artifactRequest: artifactRequest, _downloads: downloads }) => [
      ...(artifactRequest ? [artifactRequest] : []),
      ...downloads,
    ]);
    return [...new Map(requests.map((request) => [request.file, request])).values()];
  }

  public get _inventoryRun(): InventoryRun {
    const secrets = this.components.flatMap(({ _secretReferences }) => _secretReferences);
    const certificates = new CertificateNeeds(this.scope);
    const byName = new Map(secrets.map((secret) => [secret.name, secret]));
    return {
      name: this.name,
      playbook: this.playbook === undefined ? `${this.name}.yml` : basename(this.playbook),
      content: this._content,
      component: this.playbook === undefined,
      userProvided: this.playbook !== undefined,
      agent: this.components.some(({ _agent: agent }) => agent),
      artifacts: this._artifacts,
      secrets: [...byName.values()],
      variables: {},
      hosts: new Map(
        this.components.map((component) => [
          component.member.server.name,
          { ...variablesOf(component), ...certificates.variablesOf(component) },
        ]),
      ),
    };
  }
}

/** Returns the variables of the role on its server. A hash stands for the generated files. */
function variablesOf(component: IComponent): Variables {
  const { variables, files, _adopt: adopt, _onMove: onMove } = component;
  const resources = resourceVariables(component._resources);
  return {
    ...variables,
    ...(files.length === 0 ? {} : { monitoring_files_sha256: filesHash(files) }),
    ...(adopt ? { monitoring_adopt: true } : {}),
    ...(component._apiPort === undefined ? {} : { monitoring_behind_gateway: true }),
    ...(Object.keys(resources).length === 0 ? {} : { monitoring_resources: resources }),
    ...(onMove === undefined ? {} : { monitoring_on_move: onMove }),
  };
}
