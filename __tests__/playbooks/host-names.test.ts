import { ansibleTest } from "../support/ansible";
import { renderRole } from "../support/role-variables";

ansibleTest("the gateway lists its host names with the folder in which Caddy keeps their certificates", () => {
  const names = (directory: string): unknown =>
    renderRole(
      "gateway",
      {
        monitoring_server: { bind: "192.0.2.1" },
        gateway_acme: { directory, email: "ops@example.com" },
        gateway_sites: [
          { kind: "grafana", port: 3000, api_port: 3190, name: "grafana.example.com" },
          { kind: "prometheus", port: 9090, api_port: 9190, name: "prometheus.example.com" },
        ],
        _base_generated: {},
      },
      { names: "{{ _gateway_files['acme/names'] }}" },
    );
  const listed = (issuer: string): object => ({
    names: `${issuer} grafana.example.com\n${issuer} prometheus.example.com\n`,
  });
  expect(names("https://acme-v02.api.letsencrypt.org/directory")).toEqual(
    listed("acme-v02.api.letsencrypt.org-directory"),
  );
  expect(names("https://198.18.128.11:14000/dir")).toEqual(listed("198.18.128.11-14000-dir"));
});
