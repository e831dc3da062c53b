import { Construct } from "constructs";
import { join } from "node:path";
import {
  Access,
  AccessPeer,
  Alertmanager,
  Certificates,
  Component,
  Connection,
  Grafana,
  Loki,
  Secret,
  Transport,
  Variables,
} from "../../../constructs/index";
import { projectRoot } from "../../../tools/cli/project";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

/** A user-provided component with some connections. */
class Client extends Component {
  public constructor(
    scope: Construct,
    private readonly to: readonly Omit<Connection, "reason">[],
    description: { readonly kind?: string; readonly user?: string },
  ) {
    super(scope, "client", {
      kind: "client",
      playbook: join(projectRoot, "examples", "backup-report", "backup_report.yml"),
      agent: true,
      listeners: [],
      ...description,
    });
  }

  public override get connections(): readonly Connection[] {
    return this.to.map((each) => ({ reason: "tests", ...each }));
  }

  public get variables(): Variables {
    return {};
  }
}

interface Options {
  readonly transport?: Transport;
  readonly kind?: string;
  readonly user?: string;
  /** Whether there is a Loki, whose alerts Prometheus stores. Default: true. */
  readonly logs?: boolean;
}

const to = (kind: string, rights?: readonly string[], listener = "http"): Omit<Connection, "reason"> => ({
  kind,
  listener,
  ...(rights === undefined ? {} : { rights }),
});

/** Synthesizes a hub with all components behind a gateway, and a user-provided component on another server. */
function stackWith(connections: readonly Omit<Connection, "reason">[], options: Options = {}): Synthesized {
  const { transport = Transport.mutualTls(), kind = "client", user, logs = true } = options;
  return synth((stack) => {
    const served = ["prometheus", "alertmanager", "grafana", "node_exporter", ...(logs ? ["loki"] : [])];
    const bounds = served.map((each) =>
      Access.only(each, [
        AccessPeer.technicians(),
        ...[kind, "prometheus", "alertmanager", "loki", "grafana", "log_agent"].map((peer) =>
          AccessPeer.component(peer),
        ),
      ]),
    );
    const hub = new Hub(stack, {}, { bounds, transport });
    new Alertmanager(hub.host, "alertmanager");
    if (logs) new Loki(hub.host, "loki");
    new Grafana(hub.host, "grafana");
    new Client(hub.member("app"), connections, { kind, ...(user === undefined ? {} : { user }) });
  });
}

const clientsOf = (stack: Synthesized): Readonly<Record<string, unknown>> => {
  const { gateway_sites: sites } = stack.variables("gateway", "hub") as {
    readonly gateway_sites: readonly { readonly kind: string; readonly clients?: unknown }[];
  };
  return Object.fromEntries(sites.map(({ kind, clients }) => [kind, clients]));
};

describe("a user-provided component that connects to a component behind a gateway", () => {
  test("may query Prometheus, Alertmanager and Loki, and log in to Grafana", () => {
    const kinds = ["prometheus", "alertmanager", "loki", "grafana"];
    expect(clientsOf(stackWith(kinds.map((kind) => to(kind))))).toEqual({
      prometheus: { read: ["client"] },
      alertmanager: { read: ["client"] },
      loki: { read: ["client"] },
      grafana: { use: ["client"] },
    });
  });

  test("has the rights that it declares, and no others", () => {
    const stack = stackWith([to("prometheus", ["write"]), to("alertmanager", ["send", "silence"]), to("loki", [])]);
    expect(clientsOf(stack)).toEqual({
      prometheus: { write: ["client"] },
      alertmanager: { send: ["client"], silence: ["client"] },
      loki: undefined,
      grafana: undefined,
    });
  });

  test("makes Prometheus accept samples if it may write", () => {
    const accepts = (rights: readonly string[]): unknown =>
      stackWith([to("prometheus", rights)], { logs: false }).variables("prometheus", "hub")
        .prometheus_remote_write_receiver;
    expect([accepts(["read"]), accepts(["read", "write"])]).toEqual([false, true]);
  });

  test("gets a certificate, and the paths of its files", () => {
    const { monitoring_certificate: certificate, monitoring_certificate_files: files } = stackWith([to("prometheus")], {
      user: "reporter",
    }).variables("client", "app");
    expect(certificate).toMatchObject({
      authority: { server: "hub" },
      addresses: ["198.18.10.17"],
      clients: [],
      connects: ["prometheus"],
      user: "reporter",
    });
    expect(files).toEqual({
      key: "/etc/cdktf-monitoring/tls/client/key.pem",
      certificate: "/etc/cdktf-monitoring/tls/client/certificate.pem",
      authority: "/etc/cdktf-monitoring/tls/client/authority.pem",
    });
  });

  test("repeats its run before the certificate ends, and leaves the key to root if it names no user", () => {
    const stack = stackWith([to("loki")]);
    expect(stack.nullResource("test/monitoring/client/Resource").triggers).toHaveProperty("certificates");
    expect(stack.variables("client", "app")).toMatchObject({ monitoring_certificate: { user: "" } });
  });

  test("needs an entry among certificates of the user", () => {
    const own = Certificates.fromFiles("pki");
    expect(stackWith([to("loki")], { transport: Transport.mutualTls({ certificates: own }) })).toBeDefined();
    const secret = Secret.fromEnvironment("X");
    const secrets = Certificates.fromSecrets({ authority: secret, components: [] });
    expect(() => stackWith([to("loki")], { transport: Transport.mutualTls({ certificates: secrets }) })).toThrow(
      'app/client has no certificate: add { server: "app", component: "client", certificate, key } to Certificates.fromSecrets',
    );
  });

  test("has neither a certificate nor rights with a plain transport", () => {
    const stack = stackWith([to("loki"), to("prometheus")], { transport: Transport.plain() });
    expect(stack.variables("client", "app")).not.toHaveProperty("monitoring_certificate");
    expect(stack.variables("client", "app")).not.toHaveProperty("monitoring_certificate_files");
    expect(clientsOf(stack)).toEqual({ loki: undefined });
  });
});

test("a node exporter accepts a user-provided component that connects to it", () => {
  const stack = stackWith([to("node_exporter")]);
  expect(stack.variables("node_exporter", "app")).toMatchObject({
    monitoring_certificate: { clients: ["client", "prometheus"] },
  });
  expect(clientsOf(stack).prometheus).toBeUndefined();
});

test("a component without a connection to a component that demands certificates gets none", () => {
  expect(stackWith([]).variables("client", "app")).not.toHaveProperty("monitoring_certificate");
});

describe("the synthesis rejects", () => {
  test.each([
    [
      "sending lines to Loki",
      to("loki", ["send"]),
      'app/client, connection to loki: only log agents send log lines: remove the right "send", and declare logSources for the lines of the component',
    ],
    [
      "an unknown right",
      to("alertmanager", ["read", "delete"]),
      'app/client, connection to alertmanager: the right "delete" is unknown: use "read", "send", "silence"',
    ],
    [
      "rights at a component without a gateway",
      to("node_exporter", ["read"]),
      'app/client, connection to node_exporter (http): only user-provided components have rights, and only at the listener "http" of a component behind a gateway: remove rights',
    ],
  ])("%s", (_, connection, message) => {
    expect(() => stackWith([connection])).toThrow(message);
  });

  test("the kind by which a gateway knows technicians", () => {
    expect(() => stackWith([to("loki")], { kind: "person" })).toThrow(
      'app/client: the gateway uses the kind "person" for technicians: choose another kind',
    );
  });
});
