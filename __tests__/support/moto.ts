import { ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./wait";

/** A security group rule in EC2's API. */
export interface ListedRule {
  readonly group: string;
  readonly protocol: string;
  readonly port: number;
  /** A CIDR block or the id of another security group. */
  readonly source: string;
}

const REGION = "eu-central-1";
/** The available images: an old and a new one of the Debian project, and one of another account. */
const IMAGES = [
  image("ami-0debian12new00000", "136693071363", "2026-11-01"),
  image("ami-0debian12old00000", "136693071363", "2025-01-01"),
  image("ami-0somebodyelse0000", "123456789012", "2027-01-01"),
];

function image(id: string, owner: string, date: string): object {
  const name = `debian-12-amd64-${date.replaceAll("-", "")}-1`;
  return {
    ami_id: id,
    name,
    owner_id: owner,
    creation_date: `${date}T00:00:00.000Z`,
    public: true,
    state: "available",
    description: name,
    image_type: "machine",
    architecture: "x86_64",
    virtualization_type: "hvm",
    hypervisor: "xen",
    root_device_type: "ebs",
    root_device_name: "/dev/xvda",
  };
}

/** A moto server, which simulates the APIs of EC2 and S3. */
export class Moto {
  /** Starts moto on a free port and waits until it responds. */
  public static async start(address = "127.0.0.1"): Promise<Moto> {
    const port = await freePort(address);
    const moto = new Moto(address, port);
    await eventually("moto", 30, async () => ((await fetch(`${moto.url}/moto-api/`)).ok ? true : undefined));
    return moto;
  }

  public readonly url: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "moto-"));
  private readonly process: ChildProcess;

  private constructor(address: string, port: number) {
    this.url = `http://${address}:${port}`;
    const images = join(this.folder, "amis.json");
    writeFileSync(images, JSON.stringify(IMAGES));
    this.process = spawn(process.env.MOTO_SERVER ?? "moto_server", ["-H", address, "-p", String(port)], {
      env: { ...process.env, MOTO_AMIS_PATH: images },
      stdio: "ignore",
    });
  }

  /** Environment variables with which Terraform's AWS provider uses moto. */
  public get environment(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      // A retry cannot help: moto responds at once or not at all.
      AWS_MAX_ATTEMPTS: "2",
    };
  }

  /** Returns the ingress rules of all security groups. */
  public async ingressRules(): Promise<ListedRule[]> {
    const answer = await this.ask("DescribeSecurityGroupRules");
    return items(answer, "securityGroupRuleSet")
      .filter((item) => item.includes("<isEgress>false</isEgress>"))
      .map((item) => ({
        group: text(item, "groupId") ?? "",
        protocol: text(item, "ipProtocol") ?? "",
        port: Number(text(item, "fromPort")),
        source:
          text(item, "cidrIpv4") ??
          text(item, "cidrIpv6") ??
          text(/<referencedGroupInfo>([^]*?)<\/referencedGroupInfo>/.exec(item)?.[1] ?? "", "groupId") ??
          "",
      }));
  }

  /** Returns the names of all security groups by their ids. */
  public async groupNames(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.ask("DescribeSecurityGroups");
    // From the ARN, because the id also occurs in rules of other groups.
    const found = [
      ...answer.matchAll(/security-group\/(sg-[0-9a-f]+)<[^]*?<groupName>([^<]+)<\/groupName><groupDescription>/g),
    ];
    return new Map(found.map(([, id = "", name = ""]) => [id, name]));
  }

  /** Returns the distinct values of an XML tag in the response to an action, such as `instanceId` of `DescribeInstances`. */
  public async ids(action: string, tag: string): Promise<string[]> {
    const answer = await this.ask(action);
    return [...new Set([...answer.matchAll(new RegExp(`<${tag}>([^<]+)</${tag}>`, "g"))].map(([, id = ""]) => id))];
  }

  /** Calls an action of EC2's API, and returns the XML response. */
  public async ask(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await fetch(this.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: credentials("ec2"),
      },
      body: new URLSearchParams({ Action: action, Version: "2016-11-15", ...parameters }),
    });
    if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
    return response.text();
  }

  /** Creates an S3 bucket. */
  public async createBucket(name: string): Promise<void> {
    const response = await fetch(`${this.url}/${name}`, {
      method: "PUT",
      headers: { authorization: credentials("s3") },
      body: `<CreateBucketConfiguration><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`,
    });
    if (!response.ok) throw new Error(`bucket ${name}: ${response.status} ${await response.text()}`);
  }

  /** Returns the keys of a bucket's objects. */
  public async objects(bucket: string): Promise<string[]> {
    const response = await fetch(`${this.url}/${bucket}?list-type=2`, {
      headers: { authorization: credentials("s3") },
    });
    return [...(await response.text()).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = ""]) => key);
  }

  /** Stops moto. */
  public async stop(): Promise<void> {
    const ended = new Promise((done) => this.process.once("close", done));
    this.process.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Returns an Authorization header. Moto checks no signature, but it takes the service's name from this header. */
function credentials(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

function items(xml: string, set: string): string[] {
  const inner = new RegExp(`<${set}>([^]*)</${set}>`).exec(xml)?.[1] ?? "";
  return [...inner.matchAll(/<item>([^]*?)<\/item>/g)].map(([, item = ""]) => item);
}

function text(xml: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(xml)?.[1];
}

function freePort(address: string): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, address, () => {
      const found = server.address();
      server.close(() => {
        done(typeof found === "object" && found ? found.port : 0);
      });
    });
  });
}
