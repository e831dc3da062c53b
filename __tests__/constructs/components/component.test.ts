import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import { Component, ComponentDescription, Variables } from "../../../constructs/index";
import { projectRoot } from "../../../tools/cli/project";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

const playbook = join(projectRoot, "examples", "backup-exporter", "backup_exporter.yml");

/** A user-provided component. */
class Own extends Component {
  public constructor(scope: Construct, description: Partial<ComponentDescription> = {}) {
    super(scope, description.kind ?? "own", { kind: "own", listeners: [], playbook, ...description });
  }

  public get variables(): Variables {
    return { own_kind: this.kind };
  }
}

const placed = (description: Partial<ComponentDescription>): Own =>
  new Own(new Hub(new TerraformStack(Testing.app(), "test")).host, description);

describe("a user-provided component", () => {
  test("has no archive and emits no metrics by default", () => {
    const own = placed({});
    expect([own.version, own._artifactRequest, own._playbook]).toEqual(["", undefined, playbook]);
    expect(own.emits).toEqual(new Set());
  });

  test("can use a built-in archive", () => {
    expect(placed({ artifact: "node_exporter" })._artifactRequest).toMatchObject({ name: "node_exporter" });
  });

  test("has one run for all its servers, and is listed in the cleanup run", () => {
    const stack = synth((scope) => {
      const hub = new Hub(scope);
      new Own(hub.host, { clustered: true });
      new Own(hub.member("app"), { agent: true });
    });
    expect(Object.keys(stack.run("own").hosts)).toEqual(["app", "hub"]);
    expect(stack.nullResource("test/monitoring/own/Resource").provisioner?.[0]?.["local-exec"].command).toMatch(
      / own --playbook assets\/.*\/backup_exporter\.yml --files files\/own$/,
    );
    expect(stack.run("cleanup").hosts.hub?.monitoring_components).toEqual([
      "certificate_authority",
      "firewall",
      "gateway",
      "node_exporter",
      "own",
      "prometheus",
    ]);
  });

  test.each([
    [
      "without a playbook",
      { playbook: undefined },
      'test/hub/own: the kind "own" has no built-in playbook: set the file of your playbook, as in playbook: join(__dirname, "own", "own.yml")',
    ],
    [
      "with a built-in kind",
      { kind: "loki" },
      'test/hub/loki: the kind "loki" has a built-in playbook: choose another kind for the user-provided playbook',
    ],
    [
      "with a missing playbook",
      { playbook: "/nowhere/own.yml" },
      "test/monitoring/own: the playbook /nowhere/own.yml does not exist",
    ],
    [
      "with a kind that is no valid name of a run",
      { kind: "My Own" },
      /^test\/hub\/My Own: kind: "My Own" is not a valid name of a run/,
    ],
  ])("is rejected %s", (_, description, message) => {
    expect(() => placed(description)).toThrow(message);
  });
});
