import { Instance } from "@cdktf/provider-aws/lib/instance";
import { LocalBackend, TerraformStack } from "cdktf";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MonitoredServer } from "../../../../constructs";
import { AwsServer, AwsServerProps, KeyPair } from "../../../../constructs/aws";
import { AwsHub, makeKey } from "../../../support/aws-topology";
import { Moto } from "../../../support/moto";
import { synthApp } from "../../../support/synth";
import { awsTest, missingForAws, terraformWith } from "../../../support/terraform";

/** A planned change in the output of `terraform show -json`. */
interface Change {
  readonly address: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
  };
}

const folder = mkdtempSync(join(tmpdir(), "aws-apply-"));
const key = makeKey();
let moto: Moto;

interface Variation {
  readonly members?: readonly string[];
  readonly hub?: Partial<AwsServerProps>;
  readonly keyFile?: string;
}

/** Synthesizes the stack into Terraform's working folder, which keeps the state. */
function stack({ members = ["app"], hub = {}, keyFile = key }: Variation = {}): void {
  const { directory } = synthApp((app) => {
    const scope = new TerraformStack(app, "aws");
    new LocalBackend(scope, { path: join(folder, "terraform.tfstate") });
    const topology = new AwsHub(scope, {
      network: { keyPair: KeyPair.fromFile(keyFile) },
      monitoring: { provision: false, technicians: ["203.0.113.7/32", "2001:db8::/48"] },
      hub: { dataVolumeSize: 10, elasticIp: true, ...hub },
    });
    for (const name of members) topology.member(name);
    const own = new Instance(scope, "own", {
      ami: "ami-0debian12old00000",
      instanceType: "t3.micro",
      subnetId: topology.network.subnetIds[1],
    });
    const server = AwsServer.fromInstance(scope, "own-server", { instance: own, network: topology.network });
    new MonitoredServer(scope, "own-member", { monitoring: topology.monitoring, server });
  }).get("aws");
  copyFileSync(join(directory, "cdk.tf.json"), join(folder, "cdk.tf.json"));
}

function run(...args: string[]): string {
  return terraformWith(moto.environment, folder, ...args);
}

/** Returns all changes of a plan. */
function plan(...options: string[]): Change[] {
  run("plan", "-input=false", "-no-color", "-out=plan", ...options);
  const { resource_changes: changes } = JSON.parse(run("show", "-json", "plan")) as {
    resource_changes: readonly Change[];
  };
  return changes.filter(({ change }) => !["no-op", "read"].includes(change.actions.join()));
}

function apply(): void {
  run("apply", "-input=false", "-no-color", "-auto-approve");
}

/** Returns the surplus rules in the output of the stack. */
function surplus(): unknown {
  return JSON.parse(run("output", "-raw", "-no-color", "surplus_rules"));
}

const summary = (changes: readonly Change[]): string[] =>
  changes.map(({ address, change }) => `${change.actions.join("+")} ${address.replace(/_[0-9A-F]{8}/g, "")}`).sort();

beforeAll(async () => {
  if (missingForAws() === undefined) moto = await Moto.start();
}, 60_000);

afterAll(async () => {
  if (missingForAws() === undefined) await moto.stop();
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(key, ".."), { recursive: true, force: true });
});

describe("a stack on AWS, with the real provider against moto", () => {
  awsTest(
    "is valid and can be applied",
    () => {
      stack();
      run("init", "-input=false", "-no-color");
      expect(run("validate", "-no-color")).toContain("The configuration is valid.");
      apply();
      expect(surplus()).toEqual([]);
      // Moto drops the description of a new rule whose source is a group. It keeps the description of a changed rule.
      const dropped = plan();
      for (const { change } of dropped) {
        expect(change.actions).toEqual(["update"]);
        expect({ ...change.before, description: change.after?.description }).toEqual(change.after);
      }
      apply();
    },
    240,
  );

  awsTest("plans no change after it was applied", () => {
    stack();
    expect(summary(plan())).toEqual([]);
  });

  awsTest("creates the rules of the access graph in EC2, and no others", async () => {
    const names = await moto.groupNames();
    const name = (id: string): string => names.get(id)?.replace("aws-network-", "") ?? id;
    const rules = (await moto.ingressRules())
      .filter(({ group }) => name(group) !== "default")
      .map(({ group, protocol, port, source }) => `${name(group)} ${protocol}/${port} from ${name(source)}`);
    expect(rules.sort()).toEqual([
      "members-of-monitoring tcp/22 from 2001:db8::/48",
      "members-of-monitoring tcp/22 from 203.0.113.7/32",
      "members-of-monitoring tcp/9100 from 2001:db8::/48",
      "members-of-monitoring tcp/9100 from 203.0.113.7/32",
      "members-of-monitoring tcp/9100 from server-hub",
      "server-hub tcp/3180 from 2001:db8::/48",
      "server-hub tcp/3180 from 203.0.113.7/32",
      "server-hub tcp/9090 from 2001:db8::/48",
      "server-hub tcp/9090 from 203.0.113.7/32",
    ]);
  });

  awsTest(
    "lists a surplus rule as long as it exists",
    async () => {
      stack();
      const [group = ""] = [...(await moto.groupNames())].find(([, name]) => name.endsWith("-server-hub")) ?? [];
      const rule = {
        GroupId: group,
        "IpPermissions.1.IpProtocol": "tcp",
        "IpPermissions.1.FromPort": "9090",
        "IpPermissions.1.ToPort": "9090",
        "IpPermissions.1.IpRanges.1.CidrIp": "198.51.100.9/32",
      };
      const answer = await moto.ask("AuthorizeSecurityGroupIngress", rule);
      const [id = ""] = /sgr-[0-9a-f]+/.exec(answer) ?? [];
      run("apply", "-refresh-only", "-input=false", "-no-color", "-auto-approve");
      expect(surplus()).toEqual([`server-hub ${id}`]);
      expect(summary(plan())).toEqual([]);
      await moto.ask("RevokeSecurityGroupIngress", rule);
      run("apply", "-refresh-only", "-input=false", "-no-color", "-auto-approve");
      expect(surplus()).toEqual([]);
    },
    120,
  );

  awsTest("uses the newest image of the Debian project for new servers", async () => {
    expect(await moto.ids("DescribeInstances", "imageId")).toEqual(
      expect.arrayContaining(["ami-0debian12new00000", "ami-0debian12old00000"]),
    );
    expect(await moto.ask("DescribeInstances")).not.toContain("ami-0somebodyelse0000");
  });

  awsTest(
    "adds and removes a member without other changes",
    () => {
      stack({ members: ["app", "web"] });
      expect(summary(plan())).toEqual(["create aws_instance.web-server"]);
      apply();
      stack();
      expect(summary(plan())).toEqual(["delete aws_instance.web-server"]);
      apply();
    },
    180,
  );

  awsTest("replaces no server for a new image, tag or key pair", () => {
    const other = makeKey();
    stack({ keyFile: other, hub: { ami: "ami-0debian12old00000", tags: { team: "ops" } } });
    const changes = summary(plan());
    expect(changes).toContain("update aws_instance.hub-server");
    // A new key pair with the same name, which only new servers use.
    expect(changes).toContain("delete+create aws_key_pair.network_key-pair");
    expect(changes.filter((change) => /(delete|create)/.test(change))).toHaveLength(1);
    rmSync(join(other, ".."), { recursive: true });
  });

  awsTest("keeps the data volume when a server is replaced on purpose", () => {
    stack();
    const [instance = ""] = /^aws_instance\.hub-server\S*$/m.exec(run("state", "list")) ?? [];
    const changes = summary(plan(`-replace=${instance}`));
    expect(changes).toEqual([
      "delete+create aws_instance.hub-server",
      "delete+create aws_volume_attachment.hub-server_data-volume_attachment",
      "update aws_eip.hub-server_elastic-ip",
    ]);
  });

  awsTest(
    "destroys everything",
    async () => {
      stack();
      run("destroy", "-input=false", "-no-color", "-auto-approve");
      const states = await moto.ids("DescribeInstances", "name");
      expect(states.filter((state) => ["running", "pending", "stopped"].includes(state))).toEqual([]);
      expect(await moto.ids("DescribeVolumes", "volumeId")).toEqual([]);
      expect([...(await moto.groupNames()).values()].filter((name) => name !== "default")).toEqual([]);
      expect(await moto.ids("DescribeKeyPairs", "keyName")).toEqual([]);
    },
    240,
  );
});
