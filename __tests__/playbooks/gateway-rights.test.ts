import { ansibleTest } from "../support/ansible";
import { renderRole } from "../support/role-variables";

/** The clients of a component behind the gateway, by right, as its configuration names them. */
function clientsOf(
  kind: string,
  clients: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>> {
  const variables = {
    base_service: { name: "gateway" },
    monitoring_server: { name: "hub", bind: "" },
    monitoring_certificate: { clients: ["prometheus"] },
    gateway_sites: [{ kind, port: 9093, api_port: 9193, clients }],
  };
  const { config } = renderRole("gateway", variables, { config: "{{ _gateway_files.Caddyfile }}" });
  const lines = config.matchAll(/^\t\t@(\w+) vars client (.*)\n\t\tvars @\1 \1 yes$/gm);
  return Object.fromEntries([...lines].map(([, right = "", names = ""]) => [right, names]));
}

ansibleTest("a user-provided component gets its rights in addition to built-in components, and no others", () => {
  expect(clientsOf("alertmanager", { send: ["sender"], silence: ["on_call", "sender"] })).toEqual({
    send: "prometheus loki sender",
    read: "grafana",
    silence: "grafana on_call sender",
    scrape: "prometheus",
    use: "person",
  });
  expect(clientsOf("loki", { read: ["reader"] })).toEqual({
    send: "log_agent",
    read: "grafana person reader",
    scrape: "prometheus person",
  });
});

ansibleTest("without user-provided components, only built-in components have rights", () => {
  expect(clientsOf("grafana", {})).toEqual({ scrape: "prometheus", use: "person" });
});
