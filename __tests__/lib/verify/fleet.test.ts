import { InventoryRun, renderInventory } from "../../../lib/inventory/inventory";
import { Variables } from "../../../lib/inventory/variables";
import { readFleet } from "../../../lib/verify/fleet";

const PORT = { name: "node_exporter_http", protocol: "tcp", port: 9100, sources: ["10.0.0.1/32"] };
const NAMES = ["hub", "app", "db"];

/** The inventory of a small fleet. */
function inventory(bind = ""): string {
  const common = { content: "", component: false, artifacts: [], secrets: [], variables: {} };
  const run = (name: string, hosts: readonly (readonly [string, Variables])[], more = {}): InventoryRun => ({
    ...common,
    name,
    playbook: `${name}.yml`,
    hosts: new Map(hosts),
    ...more,
  });
  const rules = { firewall_mode: "guard", firewall_ports: [PORT] };
  const target = { address: "10.0.0.11:9100", labels: { instance: "app", monitoring: "m" } };
  const prometheus = { prometheus_port: 9090, prometheus_targets: [{ job: "node", targets: [target] }] };
  const strict = { ...rules, firewall_mode: "strict", firewall_ssh: { port: 22, sources: ["10.0.0.1/32"] } };
  return JSON.stringify(
    renderInventory({
      monitoring: "m",
      hosts: NAMES.map((name, index) => ({
        connection: {
          host: `203.0.113.${index}`,
          port: 2222,
          user: "root",
          hostKeys: [],
          hostKeyAlias: name,
          waitSeconds: 1,
          ...(name === "db" ? { jumpHost: "root@bastion" } : {}),
        },
        location: { network: "net", publicAddress: `203.0.113.${index}` },
        facts: { name, id: name, generation: "1", address: `10.0.0.1${index}`, bind, architecture: "amd64" },
      })),
      runs: [
        run("firewall", [
          ["hub", rules],
          ["app", rules],
          ["db", strict],
        ]),
        run("prometheus", [["hub", prometheus]], { component: true }),
        run("alertmanager", [["hub", { alertmanager_port: 9093 }]], { component: true }),
        run("grafana", [["hub", { grafana_port: 3000, grafana_tls_certificate: "/c.pem" }]], { component: true }),
        run("node_exporter", [["app", {}]], { component: true, agent: true }),
        run("log_agent", [["app", { log_agent_sources: ["nginx.yml"] }]], {}),
        run("backup", [["hub", {}]], { component: true, userProvided: true }),
        run("report", [["db", { monitoring_certificate: { connects: ["loki", "prometheus"] } }]], {
          userProvided: true,
        }),
      ],
    }),
  );
}

it("reads a fleet from an inventory, with the variables that all hosts of a group share", () => {
  const { servers, kinds, agents, targets } = readFleet(inventory());
  expect(servers.map(({ name }) => name)).toEqual(["app", "db", "hub"]);
  expect(servers[0]).toEqual({
    name: "app",
    network: "net",
    address: "10.0.0.11",
    publicAddress: "203.0.113.1",
    secondAddress: undefined,
    bindAddress: "",
    ssh: { host: "203.0.113.1", port: 2222, jumpHost: false },
    ports: [PORT],
    sshd: undefined,
    components: ["node_exporter"],
    logSources: ["nginx"],
    componentUrls: {},
    guardedPorts: [],
  });
  // The component of a user-provided playbook is not checked.
  expect(servers[2]?.components).toEqual(["prometheus", "alertmanager", "grafana"]);
  expect(servers[1]).toMatchObject({ ssh: { jumpHost: true }, sshd: { port: 22, sources: ["10.0.0.1/32"] } });
  expect(kinds).toEqual(["prometheus", "alertmanager", "grafana", "node_exporter", "backup"]);
  expect(agents).toEqual(["node_exporter"]);
  expect(targets).toEqual(["node/app"]);
});

it("lists the user-provided components that connect to each kind", () => {
  expect([...(readFleet(inventory()).userProvidedPeers ?? [])]).toEqual([
    ["loki", ["report"]],
    ["prometheus", ["report"]],
  ]);
});

it.each([
  ["", "http://127.0.0.1"],
  ["10.0.0.10", "http://10.0.0.10"],
  ["2001:db8::1", "http://[2001:db8::1]"],
])("builds the URLs of components that listen on %j", (bind, url) => {
  const hub = readFleet(inventory(bind)).servers.find(({ name }) => name === "hub");
  expect(hub?.componentUrls).toEqual({
    prometheus: `${url}:9090`,
    alertmanager: `${url}:9093`,
    grafana: `${url.replace("http:", "https:")}:3000`,
  });
});

it("rejects the inventory of an earlier version, with the fix", () => {
  const old = inventory().replace(/,"monitoring_place":\{[^}]*\}/g, "");
  expect(() => readFleet('{"all": {"hosts": {}, "children": {}}}')).toThrow(
    "the inventory has no firewall run: deploy the stack again",
  );
  expect(() => readFleet(old)).toThrow(/the inventory has no network for the server "\w+": deploy the stack again/);
});
