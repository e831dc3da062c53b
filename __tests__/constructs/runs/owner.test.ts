import { App, TerraformStack } from "cdktf";
import {
  ExistingServer,
  Grafana,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  NodeExporterProps,
  Prometheus,
} from "../../../constructs/index";
import { synth, synthApp, Synthesized } from "../../support/synth";

/** A stack with a monitoring of one host. */
function stackOf(app: App, id: string, address: string, exporter: NodeExporterProps = {}): TerraformStack {
  const stack = new TerraformStack(app, id);
  topology(stack, address, exporter);
  return stack;
}

function topology(stack: TerraformStack, address: string, nodeExporter: NodeExporterProps = {}): MonitoringHost {
  const monitoring = new Monitoring(stack, "m", { technicians: [] });
  const server = new ExistingServer(stack, "shop-server", { address });
  const host = new MonitoringHost(stack, "shop", { monitoring, server, nodeExporter });
  new Prometheus(host, "prometheus");
  return host;
}

function ownerOf({ json }: Synthesized): Readonly<Record<string, unknown>> | undefined {
  const locals = JSON.stringify(json.locals);
  const found = /"monitoring_owner":(\{[^}]*\}?[^}]*\})/.exec(locals)?.[1];
  return found === undefined ? undefined : (JSON.parse(found) as Record<string, unknown>);
}

it("identifies a monitoring by the id of a resource, which the private folder of the stack records", () => {
  const synthesized = synth((stack) => {
    topology(stack, "192.0.2.10");
  });
  expect(ownerOf(synthesized)).toEqual({
    id: expect.stringMatching(/^\$\{null_resource\.m_owner_\w+\.id\}$/) as string,
    name: "test/m",
    others: [],
  });
  expect(synthesized.nullResource("test/m/owner")).toMatchObject({
    provisioner: [
      {
        "local-exec": {
          command: expect.stringContaining('echo "$MONITORING_OWNER" > owner') as string,
          environment: { MONITORING_OWNER: "${self.id}", MONITORING_STATE: "../../../.cdktf-monitoring/test" },
        },
      },
    ],
  });
});

it("names the other monitorings of the app, from which a server may have moved", () => {
  const app = synthApp((tree) => {
    stackOf(tree, "first", "192.0.2.10");
    stackOf(tree, "second", "192.0.2.11");
  });
  expect(ownerOf(app.get("first"))).toMatchObject({ name: "first/m", others: ["second/m"] });
});

it("does not name a monitoring whose servers may be the same machines under another name", () => {
  const app = synthApp((tree) => {
    stackOf(tree, "first", "192.0.2.10");
    stackOf(tree, "second", "shop.example.com");
  });
  expect(ownerOf(app.get("first"))).toMatchObject({ others: [] });
});

it("rejects two monitorings of an app with the same server, and names both", () => {
  const both = (address: string): void => {
    synthApp((tree) => {
      stackOf(tree, "first", "192.0.2.10");
      stackOf(tree, "second", address);
    });
  };
  expect(() => {
    both("192.0.2.10");
  }).toThrow(
    "first/shop and second/shop are the same machine (192.0.2.10), but belong to different monitorings (first/m, second/m): remove one of them",
  );
  expect(() => {
    both("192.0.2.11");
  }).not.toThrow();
});

it("takes over an installation only if adopt is set", () => {
  const adopted = (adopt?: boolean): unknown[] => {
    const synthesized = synth((stack) => {
      const host = topology(stack, "192.0.2.10", { adopt });
      new Grafana(host, "grafana", { adopt });
      new MonitoredServer(stack, "app", {
        monitoring: host.monitoring,
        server: new ExistingServer(stack, "app-server", { address: "192.0.2.11" }),
      });
    });
    return JSON.stringify(synthesized.json.locals).match(/"monitoring_adopt":\w+/g) ?? [];
  };
  expect(adopted()).toEqual([]);
  expect(adopted(false)).toEqual([]);
  expect(adopted(true)).toEqual(['"monitoring_adopt":true', '"monitoring_adopt":true']);
});
