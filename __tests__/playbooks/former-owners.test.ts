import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder } from "./python";

afterAll(removeFolders);

function python(expression: string, value: unknown): unknown {
  const program = `import json, sys; from pathlib import Path; from controller import inventory, ownership; value = json.load(sys.stdin); print(json.dumps(${expression}))`;
  const input = JSON.stringify(value);
  return JSON.parse(
    execFileSync("python3", ["-B", "-c", program], { cwd: playbooksDirectory, input, encoding: "utf8" }),
  ) as unknown;
}

it("takes servers over from its own former ids, and from other monitorings of the app in this project", () => {
  const project = temporaryFolder();
  const note = (stack: string, file: string, text: string): void => {
    mkdirSync(join(project, stack), { recursive: true });
    writeFileSync(join(project, stack, file), text);
  };
  note("shop", "owner", "3\n");
  note("shop", "former-owners", "1\n2\n");
  note("web-own", "owner", "4\n");
  note("elsewhere", "owner", "5\n");
  const former = (others: readonly string[]): unknown =>
    python("ownership.former_owners(Path(value[0]), value[1])", [join(project, "shop"), others]);
  expect(former([])).toEqual(["1", "2", "3"]);
  expect(former(["web/monitoring"])).toEqual(["1", "2", "3", "4"]);
});

it("tells every run of a server which components must find their names free", () => {
  const group = (playbook: string, component: boolean, hosts: object, vars: object = {}): object => ({
    vars: { monitoring_run: { playbook, component }, ...vars },
    hosts,
  });
  const everything = {
    all: {
      hosts: { app: {}, hub: {} },
      children: {
        run_firewall: group("firewall.yml", false, { app: {}, hub: {} }),
        run_node_exporter: group("node_exporter.yml", true, { app: { monitoring_adopt: true }, hub: {} }),
        run_prometheus: group("prometheus.yml", true, { hub: { prometheus_port: 9190 } }),
        run_gateway: group("gateway.yml", true, {
          hub: {
            gateway_port: 3180,
            gateway_name_ports: { http: 80, https: 443 },
            gateway_sites: [{ kind: "prometheus", port: 9290, web_port: 9090, api_port: 9190 }],
          },
        }),
        run_own: group("own.yml", false, { hub: {} }),
      },
    },
  };
  const expression =
    "[ownership.add(run := inventory.Run.of(value, 'firewall'), value), {name: host['monitoring_placed'] for name, host in run.hosts.items()}][1]";
  expect(python(expression, everything)).toEqual({
    app: ["node_exporter adopt -"],
    hub: ["gateway - /etc/gateway 3180 80 443", "node_exporter - -", "prometheus - /etc/prometheus 9190 9290 9090"],
  });
});
