import { componentAccess } from "../../../../lib/verify/checks/access";
import { Outcome } from "../../../../lib/verify/outcome";
import { COMMANDS, fleet, measured, server } from "../../../support/fleet";

it("names the port of the gateway that every address may reach, and probes it", () => {
  const ports = [
    { name: "gateway_http", protocol: "tcp", port: 3180, sources: ["10.0.0.1/32"] },
    { name: "gateway_challenges", protocol: "tcp", port: 80, sources: ["0.0.0.0/0", "::/0"] },
    { name: "gateway_names", protocol: "tcp", port: 443, sources: ["10.0.0.1/32"] },
  ];
  const given = { ...fleet(), servers: [...fleet().servers, server("web", "10.0.0.77", { ports })] };
  const open = Object.fromEntries(["app-0", "hub", "this machine"].map((from) => [`${from} web 80`, "open"]));
  const results = componentAccess.map((check) => check(measured(given, { results: open }), COMMANDS));
  expect(results.find((result) => result?.name === "gateway access")).toMatchObject({
    outcome: Outcome.PASS,
    summary: "only from Prometheus and technicians, port 80 from everywhere: 1 server, 9 probes (5 allowed, 4 blocked)",
  });
});

it("names user-provided components that may connect", () => {
  const ports = [{ name: "prometheus_http", protocol: "tcp", port: 9090, sources: ["10.0.0.1/32"] }];
  const given = {
    ...fleet(),
    servers: [...fleet().servers, server("web", "10.0.0.77", { ports })],
    userProvidedPeers: new Map([["prometheus", ["backup_report"]]]),
  };
  const results = componentAccess.map((check) => check(measured(given), COMMANDS));
  expect(results.find((result) => result?.name === "Prometheus access")?.summary).toMatch(
    /^only from backup_report, Alertmanager, Grafana, Loki, other Prometheus servers and technicians: /,
  );
});
