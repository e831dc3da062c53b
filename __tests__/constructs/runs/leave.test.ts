import { LocalBackend, TerraformStack } from "cdktf";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ExistingServer,
  ExistingServerProps,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  OnLeave,
  Prometheus,
} from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { terraform, terraformTest } from "../../support/terraform";
import { Hub } from "../../support/topology";

/** The resource whose destruction uninstalls components. */
interface LeaveResource {
  readonly input: Readonly<Record<string, string>>;
  readonly for_each: Readonly<Record<string, { readonly all: { readonly children: { readonly run_leave: Leave } } }>>;
  readonly depends_on?: readonly string[];
  readonly provisioner: readonly { readonly "local-exec": Readonly<Record<string, unknown>> }[];
}
interface Leave {
  readonly hosts: Readonly<Record<string, unknown>>;
}

function leaveResourceOf({ json }: Synthesized): LeaveResource {
  const { terraform_data: found } = json.resource as unknown as { terraform_data: Record<string, LeaveResource> };
  const [first] = Object.values(found);
  if (!first) throw new Error("no terraform_data");
  return first;
}

function topology(stack: TerraformStack, app: Partial<ExistingServerProps> | undefined, provision = true): void {
  const monitoring = new Monitoring(stack, "monitoring", { technicians: [], provision });
  const hub = new ExistingServer(stack, "hub-server", { address: "203.0.113.1" });
  new Prometheus(new MonitoringHost(stack, "hub", { monitoring, server: hub }), "prometheus");
  if (!app) return;
  const server = new ExistingServer(stack, "app-server", { address: "203.0.113.7", ...app });
  new MonitoredServer(stack, "app", { monitoring, server });
}

const synthApp = (app?: Partial<ExistingServerProps>): LeaveResource =>
  leaveResourceOf(
    synth((stack) => {
      topology(stack, app);
    }),
  );

describe("servers that can leave", () => {
  test("have one instance each, whose destruction uninstalls the components", () => {
    const { for_each, input, provisioner } = synthApp({});
    expect(Object.keys(for_each)).toEqual(["app", "hub"]);
    expect(input).toEqual({ inventory: "${base64gzip(jsonencode(each.value))}" });
    expect(provisioner.map((each) => each["local-exec"])).toEqual([
      {
        when: "destroy",
        command: expect.stringMatching(/^exec python3 -E -s -B -X utf8 assets\/\S+\/leave\.py$/) as string,
        environment: {
          MONITORING_STATE: "../../../.cdktf-monitoring/test",
          MONITORING_TRUST: "first-use",
          MONITORING_INVENTORY: "${self.input.inventory}",
          MONITORING_MEMBERS: JSON.stringify({
            "203.0.113.1 22": 'test/monitoring as "hub"',
            "203.0.113.7 22": 'test/monitoring as "app"',
          }),
        },
      },
    ]);
  });

  test.each<[OnLeave, unknown]>([
    [OnLeave.UNINSTALL, { app: { cleanup_keep_data: true } }],
    [OnLeave.PURGE, { app: { cleanup_keep_data: false } }],
    // The instance remains, because its destruction would uninstall.
    [OnLeave.NOTHING, {}],
  ])("are uninstalled by their onLeave: %s", (onLeave, hosts) => {
    expect(synthApp({ onLeave }).for_each.app?.all.children.run_leave.hosts).toMatchObject(hosts as object);
  });

  test("do not depend on runs, and no run depends on them", () => {
    const stack = synth((scope) => {
      topology(scope, {});
    });
    expect(leaveResourceOf(stack).depends_on).toBeUndefined();
    const dependencies = stack.paths.flatMap((path) => stack.nullResource(path).depends_on ?? []);
    expect(dependencies.filter((address) => address.startsWith("terraform_data"))).toEqual([]);
  });
});

test("servers that the stack creates have no instance", () => {
  const stack = synth((scope) => {
    new Hub(scope).member("app");
  });
  expect(leaveResourceOf(stack).for_each).toEqual({});
});

test("a monitoring with provision: false has nothing to uninstall", () => {
  const { json } = synth((stack) => {
    topology(stack, {}, false);
  });
  expect(json.resource).not.toHaveProperty("terraform_data");
});

terraformTest("a changed key or user updates the instance, and destroys nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "leave-"));
  const apply = (app: Partial<ExistingServerProps>, ...args: string[]): string => {
    const { directory, json } = synth((stack) => {
      new LocalBackend(stack, { path: join(folder, "terraform.tfstate") });
      topology(stack, app);
    });
    const [id = ""] = Object.keys((json.resource as unknown as { terraform_data: object }).terraform_data);
    terraform(directory, "init", "-input=false", "-no-color");
    return terraform(directory, ...args, "-input=false", "-no-color", `-target=terraform_data.${id}`);
  };
  try {
    apply({}, "apply", "-auto-approve");
    const plan = apply({ user: "admin", onLeave: OnLeave.NOTHING }, "plan");
    expect(plan).toContain("Plan: 0 to add, 1 to change, 0 to destroy.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
