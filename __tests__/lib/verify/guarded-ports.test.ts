import { guardedPorts, GuardVariables } from "../../../lib/verify/guarded-ports";

const certificate = { monitoring_certificate: {} };
const VARIABLES: Readonly<Record<string, GuardVariables>> = {
  node_exporter: { node_exporter_port: 9100 },
  log_agent: { log_agent_port: 9080 },
  gateway: {
    gateway_port: 3180,
    gateway_sites: [
      { kind: "prometheus", port: 9290, web_port: 9090 },
      { kind: "loki", port: 3100 },
    ],
  },
};

it("are those of the components with a certificate, and of everything behind the gateway", () => {
  const all = ["plain", "anonymous", "other"];
  expect(guardedPorts((kind) => ({ ...VARIABLES[kind], ...certificate }))).toEqual([
    { kind: "node_exporter", port: 9100, refuses: all },
    { kind: "log_agent", port: 9080, refuses: ["plain", "anonymous"] },
    { kind: "gateway", port: 3180, refuses: all },
    { kind: "prometheus", port: 9290, refuses: all },
    { kind: "prometheus", port: 9090, refuses: ["plain"] },
    { kind: "loki", port: 3100, refuses: all },
  ]);
});

it("have no other component to refuse if a server has only a node exporter", () => {
  const found = guardedPorts((kind) =>
    kind === "node_exporter" ? { ...VARIABLES.node_exporter, ...certificate } : undefined,
  );
  expect(found).toEqual([{ kind: "node_exporter", port: 9100, refuses: ["plain", "anonymous"] }]);
});

it("are none with a plain transport, and none of components that are not placed", () => {
  expect(guardedPorts((kind) => VARIABLES[kind])).toEqual([]);
  expect(guardedPorts(() => undefined)).toEqual([]);
});
