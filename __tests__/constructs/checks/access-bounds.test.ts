import { TerraformStack, Testing } from "cdktf";
import { join } from "node:path";
import { Access, Component, Member, MonitoringHost, MonitoringProps, AccessPeer } from "../../../constructs/index";
import { Connection } from "../../../lib/access/access";
import { Variables } from "../../../lib/inventory/variables";
import { projectRoot } from "../../../tools/cli/project";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

/** The playbook of a user-provided component. */
const SHIPPER = join(projectRoot, "examples", "backup-exporter", "backup_exporter.yml");

/** A component of any kind with given connections. */
class Fake extends Component {
  public constructor(
    host: Member,
    kind: string,
    private readonly declared: readonly Connection[],
    port = 3000,
  ) {
    super(host, kind, {
      kind,
      artifact: "prometheus",
      playbook: kind === "shipper" ? SHIPPER : undefined,
      listeners: [{ name: "http", port, protocol: "tcp" }],
    });
  }

  public override get connections(): readonly Connection[] {
    return this.declared;
  }

  public get variables(): Variables {
    return {};
  }
}

const READS = { kind: "node_exporter", listener: "http", reason: "reads metrics by itself" };
const BUILT_IN = 'Access.only("node_exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()])';

/** Returns a synthesis with a component of a kind and its connections, on the hub or on a separate host. */
const place =
  (
    kind: string,
    connections: readonly Connection[],
    settings: { spread?: boolean; props?: Partial<MonitoringProps> } = {},
  ) =>
  (): unknown =>
    synth((stack) => {
      const hub = new Hub(stack, {}, settings.props);
      hub.member("app");
      const { monitoring } = hub;
      const host = settings.spread
        ? new MonitoringHost(stack, "dash", { monitoring, server: hub.server("dash") })
        : hub.host;
      new Fake(host, kind, connections);
    });

test("allows Grafana to connect to Prometheus from any host", () => {
  const queries = { kind: "prometheus", listener: "http", reason: "queries it" };
  expect(place("grafana", [queries])).not.toThrow();
  expect(place("grafana", [queries], { spread: true })).not.toThrow();
});

test("rejects a connection from Grafana to exporters, with construct, connection and reason", () => {
  expect(place("grafana", [READS], { spread: true })).toThrow(
    `test/dash/grafana: grafana on dash would reach node_exporter (http, 9100/tcp) on app, hub ("reads metrics by itself"), but ${BUILT_IN} does not allow that: remove the connection, or allow it in the monitoring with bounds: [Access.only("node_exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians(), AccessPeer.component("grafana")])]`,
  );
});

test("rejects this connection on Prometheus' host too, except to the exporter of the same host", () => {
  expect(place("grafana", [READS])).toThrow(
    'test/hub/grafana: grafana on hub would reach node_exporter (http, 9100/tcp) on app ("reads metrics by itself")',
  );
});

test("rejects a connection from a user-provided component to Prometheus", () => {
  const queries = { kind: "prometheus", listener: "http", reason: "asks for itself" };
  expect(place("shipper", [queries], { spread: true })).toThrow(
    'test/dash/shipper: shipper on dash would reach prometheus (http, 9090/tcp) on hub ("asks for itself"), but Access.only("prometheus", [',
  );
});

test("replaces a built-in bound by one of the user, and enforces it", () => {
  const only = (...peers: AccessPeer[]): { props: Partial<MonitoringProps> } => ({
    props: { bounds: [Access.only("node_exporter", peers)] },
  });
  const prometheus = AccessPeer.component("prometheus");
  const grafana = AccessPeer.component("grafana");
  expect(place("grafana", [READS], only(prometheus, grafana, AccessPeer.technicians()))).not.toThrow();
  expect(place("grafana", [READS], only(prometheus, grafana))).toThrow(
    /test\/app\/node-exporter: 198\.18\.\d+\.1\/32 would reach node_exporter \(http, 9100\/tcp\) on app, hub \("technician access"\)/,
  );
});

test("rejects a bound of an unknown kind", () => {
  const unknown = Access.only("node_exportr", [AccessPeer.technicians()]);
  expect(place("grafana", [], { props: { bounds: [unknown] } })).toThrow(
    'bounds: Access.only("node_exportr", [AccessPeer.technicians()]) has no effect: the placed kinds are gateway, grafana, node_exporter, prometheus',
  );
});

test("rejects two bounds of one kind in the constructor", () => {
  const stack = new TerraformStack(Testing.app(), "test");
  const bounds = [Access.only("loki", []), Access.only("loki", [AccessPeer.technicians()])];
  expect(() => new Hub(stack, {}, { bounds })).toThrow(
    'test/monitoring: bounds: two bounds have the kind "loki": merge them',
  );
});
