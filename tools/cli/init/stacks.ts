import { FRAMEWORK } from "../command";

/** Kinds of servers of a new project. */
export const SERVER_KINDS = ["local", "existing", "aws"] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

/** The part of the stack that differs by the kind of servers. */
interface Servers {
  /** Names that the stack imports from the package, in addition to the components. */
  readonly imports: readonly string[];
  /** Further import lines. */
  readonly others: readonly string[];
  /** Settings of the `Monitoring`, one per line. */
  readonly monitoring: readonly string[];
  /** Statements before the `Monitoring`. */
  readonly before: readonly string[];
  /** Expressions of the two servers. */
  readonly hub: string;
  readonly app: string;
}

const SERVERS: Readonly<Record<ServerKind, Servers>> = {
  local: {
    imports: ["LocalNetwork", "LocalServer", "Transport"],
    others: [],
    before: [
      "// Containers on this machine. Two projects on one machine need different prefixes and subnets.",
      'const network = new LocalNetwork(this, "network", { prefix: "monitoring", subnet: "198.18.32.0/20" });',
    ],
    monitoring: [
      "technicians: [network.gateway],",
      "// Opens the web UIs by http, without a certificate warning, because only this machine reaches them.",
      "transport: Transport.mutualTls({ httpWebUis: true }),",
    ],
    hub: 'new LocalServer(this, "hub-server", { network })',
    app: 'new LocalServer(this, "app-server", { network })',
  },
  existing: {
    imports: ["ExistingNetwork", "ExistingServer"],
    others: [],
    before: [
      "// Servers of one network connect to each other's private addresses. Replace all addresses: they are examples.",
      'const network = new ExistingNetwork(this, "lan");',
      'const user = "root";',
    ],
    monitoring: ["// The addresses that you work from.", 'technicians: ["198.51.100.7/32"],'],
    hub: 'new ExistingServer(this, "hub-server", { address: "203.0.113.10", privateAddress: "192.0.2.10", network, user })',
    app: 'new ExistingServer(this, "app-server", { address: "203.0.113.11", privateAddress: "192.0.2.11", network, user })',
  },
  aws: {
    imports: [],
    others: [
      `import { AwsProvider } from "@${FRAMEWORK}/provider-aws/lib/provider";`,
      `import { AwsNetwork, AwsServer, KeyPair } from "${FRAMEWORK}-monitoring/aws";`,
    ],
    before: [
      'new AwsProvider(this, "aws", { region: "eu-central-1" });',
      "// The name of your EC2 key pair. Its private key is in your SSH agent, or is the default key of your SSH client.",
      'const network = new AwsNetwork(this, "network", { keyPair: KeyPair.named("deployer") });',
    ],
    monitoring: ["// The addresses that you work from.", 'technicians: ["198.51.100.7/32"],'],
    hub: 'new AwsServer(this, "hub-server", { network, instanceType: "t3.medium", dataVolumeSize: 20, elasticIp: true })',
    app: 'new AwsServer(this, "app-server", { network })',
  },
};

const COMPONENTS = [
  "Alertmanager",
  "Grafana",
  "LogAgent",
  "Loki",
  "MonitoredServer",
  "Monitoring",
  "MonitoringHost",
  "Prometheus",
];

/** Returns the file with the stack of a new project. */
export function stackFile(kind: ServerKind): string {
  const { imports, others, before, monitoring, hub, app } = SERVERS[kind];
  const names = [...COMPONENTS, ...imports].sort().map((name) => `  ${name},`);
  const indented = (lines: readonly string[], spaces: number): string =>
    lines.map((line) => `${" ".repeat(spaces)}${line}`).join("\n");
  return `import { TerraformStack } from "${FRAMEWORK}";
import {
${names.join("\n")}
} from "${FRAMEWORK}-monitoring";
${others.map((line) => `${line}\n`).join("")}import { Construct } from "constructs";

/** A hub with the monitoring, and a monitored server. */
export class MonitoringStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
${indented(before, 4)}

    const monitoring = new Monitoring(this, "monitoring", {
${indented(monitoring, 6)}
      // Without internet access to the releases of Alloy: LOG_AGENT=promtail.
      logAgent: LogAgent.named(process.env.LOG_AGENT ?? "alloy"),
    });

    // A component runs on the host that is its scope. To move it, pass another host.
    const hub = new MonitoringHost(this, "hub", {
      monitoring,
      server: ${hub},
    });
    new Prometheus(hub, "prometheus", { retention: "30d" });
    new Alertmanager(hub, "alertmanager");
    new Grafana(hub, "grafana");
    new Loki(hub, "loki");

    // A monitored server gets a node exporter and a log agent by itself.
    new MonitoredServer(this, "app", {
      monitoring,
      server: ${app},
    });
  }
}
`;
}
