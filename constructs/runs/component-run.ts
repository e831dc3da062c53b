import { basename } from "node:path";
import { ArtifactRequest } from "../../lib/artifacts";
import { contentHash } from "../../lib/inventory/content-hash";
import { filesHash } from "../../lib/inventory/generated-file";
import { InventoryRun, Variables } from "../../lib/inventory/inventory";
import { playbooksDirectory } from "../../lib/paths";
import type { Component } from "../components/component";
import type { Monitoring } from "../monitoring";
import { userPlaybook } from "./user-playbook";
import { Run } from "./run";

/** The run of one kind of component, on every server where that is placed. */
export class ComponentRun extends Run {
  private readonly components: Component[] = [];

  /** @param playbook the file of the user's own playbook, where it is not ours that installs the kind */
  public constructor(
    scope: Monitoring,
    kind: string,
    private readonly playbook?: string,
  ) {
    super(scope, kind, {
      ...(playbook === undefined
        ? {
            content: contentHash(playbooksDirectory, [`${kind}.yml`, "plugins/modules", "roles/base", `roles/${kind}`]),
          }
        : userPlaybook(scope, kind, playbook)),
      files: `${scope._filesDirectory}/${kind}`,
    });
  }

  /** Adds a component of this kind. */
  public add(component: Component): void {
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
    const secrets = this.components.flatMap((component) => component.secrets);
    const byName = new Map(secrets.map((secret) => [secret.name, secret]));
    return {
      name: this.name,
      playbook: this.playbook === undefined ? `${this.name}.yml` : basename(this.playbook),
      content: this.content,
      component: this.playbook === undefined,
      own: this.playbook !== undefined,
      agent: this.components.some(({ _agent: agent }) => agent),
      artifacts: this._artifacts,
      secrets: [...byName.values()],
      variables: {},
      hosts: new Map(this.components.map((component) => [component.member.server.name, variablesOf(component)])),
    };
  }
}

/** What its role is handed on its server; files that it copies count by what is in them. */
function variablesOf({ variables, files, _onMove: onMove }: Component): Variables {
  return {
    ...variables,
    ...(files.length === 0 ? {} : { monitoring_files_sha256: filesHash(files) }),
    ...(onMove === undefined ? {} : { monitoring_on_move: onMove }),
  };
}
