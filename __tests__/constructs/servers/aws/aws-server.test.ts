import { Instance } from "@cdktf/provider-aws/lib/instance";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { MonitoredServer, Monitoring, MonitoringHost, OnLeave, Prometheus, Transport } from "../../../../constructs";
import { AwsNetwork, AwsNetworkProps, AwsServer, AwsServerProps, KeyPair } from "../../../../constructs/aws";
import { AwsHub, makeKey } from "../../../support/aws-topology";
import { synth, synthApp, Synthesized } from "../../../support/synth";

const topology = (build: (hub: AwsHub, stack: TerraformStack) => void = () => undefined): Synthesized =>
  synth((stack) => {
    build(new AwsHub(stack), stack);
  });
const network = (props: Partial<AwsNetworkProps> = {}): AwsNetwork =>
  new AwsNetwork(new TerraformStack(Testing.app(), "test"), "network", {
    keyPair: KeyPair.named("deployer"),
    ...props,
  });
const server = (props: Partial<AwsServerProps>): AwsServer =>
  new AwsServer(network(), "app-server", { network: network(), ...props });

describe("AwsServer", () => {
  test("is an instance with Debian, an encrypted disk and version 2 of the metadata service", () => {
    const instance = topology().resource("test/hub-server/Resource");
    expect(instance).toMatchObject({
      ami: expect.stringMatching(/^\$\{data\.aws_ami\./) as string,
      instance_type: "t3.small",
      key_name: "deployer",
      metadata_options: { http_endpoint: "enabled", http_tokens: "required" },
      root_block_device: { encrypted: true, volume_size: 16 },
      tags: { Name: "hub" },
      lifecycle: { ignore_changes: ["ami", "user_data", "key_name"] },
    });
    expect(instance.user_data).toMatch(/^#cloud-config\nhostname: hub\npackages:\n {2}- acl\n {2}- nftables\n/);
  });

  test("is reached by SSH at the public address, and by members of its network at the private one", () => {
    const stack = topology((hub) => hub.member("app"));
    const jobs = stack.run("prometheus").hosts.hub?.prometheus_targets as {
      job: string;
      targets: { address: string }[];
    }[];
    const [target] = jobs.find(({ job }) => job === "node")?.targets ?? [];
    expect(target?.address).toMatch(/^\$\{aws_instance\.app-server_\w+\.private_ip\}:9100$/);
    expect(stack.inventory.all.hosts.app).toMatchObject({
      ansible_host: expect.stringMatching(/^\$\{aws_instance\.app-server_\w+\.public_ip\}$/) as string,
      ansible_user: "admin",
      monitoring_ssh: { alias: expect.stringMatching(/^\$\{aws_instance\.app-server_\w+\.id\}$/) as string },
    });
  });

  test("has the group of all members, and a group of its own if its connections differ", () => {
    const stack = topology((hub) => hub.member("app"));
    const groups = (name: string): string =>
      (stack.resource(`test/${name}-server/Resource`).vpc_security_group_ids as string[]).join();
    expect(groups("app")).toMatch(/^\$\{aws_security_group\.\w+-groups_\w+\["members-of-monitoring"\]\.id\}$/);
    expect(groups("hub")).toMatch(/\["members-of-monitoring"\]\.id\},.*\["server-hub"\]\.id\}$/);
    expect(Object.keys(stack.resource("test/network/security-groups/Resource").for_each as object)).toEqual([
      "members-of-monitoring",
      "server-hub",
    ]);
  });

  test("mounts its data volume before anything is installed", () => {
    const stack = synth((scope) => {
      new AwsHub(scope, { hub: { dataVolumeSize: 20 } });
    });
    expect(stack.resource("test/hub-server/data-volume/Resource")).toMatchObject({ size: 20, encrypted: true });
    const { monitoring_server: facts } = stack.inventory.all.hosts.hub ?? {};
    expect(facts).toMatchObject({
      generation: expect.stringMatching(/^\$\{aws_volume_attachment\..*\.id\}$/) as string,
    });
    expect(stack.resource("test/hub-server/Resource").user_data).toMatch(
      /nvme-Amazon_Elastic_Block_Store_\$\{replace\(aws_ebs_volume\.[^}]*\)\} \/var\/lib\/monitoring ext4 defaults,nofail,x-systemd\.makefs/,
    );
  });

  test("warns about a web UI without TLS at a public address, and outputs an SSH tunnel", () => {
    const stack = synth((scope) => {
      new AwsHub(scope, { monitoring: { transport: Transport.mutualTls({ httpWebUis: true }) } });
    });
    const { output } = stack.json;
    expect(output.prometheus_tunnel?.value).toMatch(
      /^ssh -N -L 9090:\$\{aws_instance\.\S+\.private_ip\}:9090 -o HostKeyAlias='\$\{replace\(aws_instance\.\S+\.id, .*\)\}' -o UserKnownHostsFile=\S+ admin@\$\{aws_instance\.\S+\.public_ip\}$/,
    );
    expect(stack.warnings).toEqual([
      expect.stringMatching(/^the data on hub can need 80\.5 GB, but its disk of 16 GB has room for 14\.4 GB/),
      expect.stringMatching(
        /^Prometheus is served without TLS at a public address: .* through the SSH tunnel in the output "prometheus_tunnel"$/,
      ),
    ]);
  });

  test.each<[Partial<AwsServerProps>, string]>([
    [{ name: "app_1" }, '"app_1" is not a valid server name'],
    [{ instanceType: "small" }, '"small" is not an EC2 instance type: use one such as "t3.small"'],
    [{ subnet: 2 }, "subnet: the network test/network has no subnet 2: use an index from 0 to 1"],
    [{ dataVolumeSize: 0.5 }, "dataVolumeSize: 0.5 is not a volume size: use a whole number of GiB from 1 to 16384"],
    [
      { dataVolumeSize: 8, instanceType: "t2.micro" },
      "dataVolumeSize: the instance type t2.micro is not on the Nitro system, so its disks have no volume ids: use an instance type such as",
    ],
  ])("rejects %j", (props, message) => {
    expect(() => server(props)).toThrow(`test/network/app-server: ${message}`);
  });
});

describe("AwsServer.fromInstance", () => {
  const imported = (groups?: string[]): Synthesized =>
    topology((hub, stack) => {
      const instance = new Instance(stack, "mine", {
        ami: "ami-1",
        instanceType: "m6g.large",
        ...(groups ? { vpcSecurityGroupIds: groups } : {}),
      });
      const own = AwsServer.fromInstance(stack, "own-server", { instance, network: hub.network, user: "ubuntu" });
      expect(own).toMatchObject({ architecture: "arm64", onLeave: OnLeave.UNINSTALL });
      new MonitoredServer(stack, "own", { monitoring: hub.monitoring, server: own });
    });

  test("adds its groups to the list in the instance", () => {
    expect(imported(["sg-mine"]).resource("test/mine").vpc_security_group_ids).toEqual([
      "sg-mine",
      expect.stringMatching(/\["members-of-monitoring"\]\.id\}$/),
    ]);
  });

  test("attaches its groups if the instance has no list", () => {
    const stack = imported();
    expect(stack.resource("test/mine")).not.toHaveProperty("vpc_security_group_ids");
    expect(stack.resource("test/own-server/group").for_each).toEqual({
      "members-of-monitoring": { id: expect.stringMatching(/\["members-of-monitoring"\]\.id\}$/) as string },
    });
  });
});

describe("AwsNetwork", () => {
  test("is a VPC with public subnets, a gateway and routes", () => {
    const stack = topology();
    expect(stack.resource("test/network/vpc")).toMatchObject({
      cidr_block: "10.72.0.0/16",
      tags: { Name: "test-network" },
    });
    expect(stack.resource("test/network/subnet-1")).toMatchObject({
      cidr_block: "10.72.16.0/20",
      map_public_ip_on_launch: true,
      lifecycle: { ignore_changes: ["availability_zone"] },
    });
    expect(stack.resource("test/network/way-out")).toMatchObject({ destination_cidr_block: "0.0.0.0/0" });
    expect(stack.resource("test/network/security-groups/egress-ipv6")).toMatchObject({
      cidr_ipv6: "::/0",
      ip_protocol: "-1",
    });
  });

  test("assigns IPv6 addresses on request", () => {
    const stack = synth((scope) => {
      new AwsHub(scope, { network: { ipv6: true } });
    });
    expect(stack.resource("test/network/vpc").assign_generated_ipv6_cidr_block).toBe(true);
    expect(stack.resource("test/network/subnet-0").ipv6_cidr_block).toMatch(/^\$\{cidrsubnet\(aws_vpc\..*, 8, 0\)\}$/);
    expect(stack.resource("test/hub-server/Resource").ipv6_address_count).toBe(1);
  });

  test("uses an existing VPC and its routes", () => {
    const stack = synth((scope) => {
      new AwsHub(scope, { network: { vpc: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } } });
    });
    expect(stack.resource("test/network/security-groups/Resource").vpc_id).toBe("vpc-1");
    expect(stack.resource("test/hub-server/Resource")).toMatchObject({
      subnet_id: "subnet-1",
      associate_public_ip_address: true,
    });
    expect(Object.keys(stack.json.resource)).not.toContain("aws_vpc");
  });

  test("may be in another stack than the monitoring, whose rules then refer to its groups", () => {
    const stacks = synthApp((app) => {
      const here = new TerraformStack(app, "here");
      const there = new TerraformStack(app, "there");
      new AwsProvider(here, "aws");
      new AwsProvider(there, "aws");
      const far = new AwsNetwork(there, "network", { keyPair: KeyPair.named("deployer") });
      const monitoring = new Monitoring(here, "monitoring", { technicians: ["203.0.113.7/32"] });
      const hub = new MonitoringHost(there, "hub", {
        monitoring,
        server: new AwsServer(there, "hub-server", { network: far }),
      });
      new Prometheus(hub, "prometheus");
    });
    const rules = stacks.get("here").resource("here/monitoring/ingress-there-network").for_each as Record<
      string,
      { group: string }
    >;
    expect(rules["server-hub tcp/9090 from 203.0.113.7/32"]?.group).toMatch(
      /^\$\{data\.terraform_remote_state\..*\["server-hub"\]\.id\}$/,
    );
    expect(Object.keys(stacks.get("there").json.resource)).not.toContain("aws_vpc_security_group_ingress_rule");
  });

  test.each<[Partial<AwsNetworkProps>, string]>([
    [{ cidrBlock: "10.72.0.0/28" }, 'cidrBlock: "10.72.0.0/28" has the mask /28: use a mask from /16 to /24'],
    [{ cidrBlock: "10.72.0.1/16" }, 'cidrBlock: "10.72.0.1/16" has bits beyond its mask'],
    [{ availabilityZones: [] }, "availabilityZones: got []: list from one to 16 different zones"],
    [{ name: "My network" }, 'the name "My network" is not valid: use lower-case letters, digits and hyphens'],
    [
      { vpc: { vpcId: "vpc-1", subnetIds: [] } },
      "vpc.subnetIds: the list is empty: pass the id of at least one public subnet",
    ],
    [
      { vpc: { vpcId: "vpc-1", subnetIds: ["s"] }, cidrBlock: "10.0.0.0/16" },
      "cidrBlock applies to a new VPC only: remove it",
    ],
  ])("rejects %j", (props, message) => {
    expect(() => network(props)).toThrow(`test/network: ${message}`);
  });

  test("is rejected in a stack without an AWS provider", () => {
    expect(() =>
      synth((stack) => {
        new AwsNetwork(stack, "network", { keyPair: KeyPair.named("deployer") });
      }),
    ).toThrow("[test/network] the stack test has no AWS provider: add new AwsProvider(");
  });

  test("rejects two monitorings with the same name, whose groups would be the same", () => {
    expect(() =>
      topology((hub, stack) => {
        const second = new Monitoring(stack, "second", { technicians: [], outputPrefix: "second_" });
        new MonitoredServer(stack, "app", { monitoring: second, server: hub.server("app") });
      }),
    ).toThrow('test/second: test/monitoring is also named "monitoring", and both have servers in test/network');
  });
});

describe("KeyPair", () => {
  test("registers the public key of a private key", () => {
    const key = makeKey();
    const stack = synth((scope) => {
      new AwsHub(scope, { network: { keyPair: KeyPair.fromFile(key) } });
    });
    expect(stack.resource("test/network/key-pair")).toMatchObject({
      key_name: "test-network",
      public_key: expect.stringMatching(/^ssh-ed25519 /) as string,
    });
    expect(stack.inventory.all.hosts.hub?.ansible_ssh_private_key_file).toBe(key);

    rmSync(`${key}.pub`);
    expect(() => network({ keyPair: KeyPair.fromFile(key) })).toThrow(
      `test/network: keyPair: the public key ${key}.pub does not exist: derive it from the private key with`,
    );
    expect(() => KeyPair.named("")).toThrow("KeyPair.named: the name is empty: pass the name of an EC2 key pair");
    rmSync(join(key, ".."), { recursive: true });
  });
});
