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

/** The resource that holds what it takes to leave. */
interface Departure {
  readonly input: Readonly<Record<string, string>>;
  readonly for_each: Readonly<Record<string, { readonly all: { readonly children: { readonly run_leave: Leave } } }>>;
  readonly depends_on?: readonly string[];
  readonly provisioner: readonly { readonly "local-exec": Readonly<Record<string, unknown>> }[];
}
interface Leave {
  readonly hosts: Readonly<Record<string, unknown>>;
}

function departureOf({ json }: Synthesized): Departure {
  const { terraform_data: found } = json.resource as unknown as { terraform_data: Record<string, Departure> };
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

const synthApp = (app?: Partial<ExistingServerProps>): Departure =>
  departureOf(
    synth((stack) => {
      topology(stack, app);
    }),
  );

describe("servers that may leave", () => {
  test("have an entry each, whose end removes what was installed", () => {
    const { for_each, input, provisioner } = synthApp({});
    expect(Object.keys(for_each)).toEqual(["app", "hub"]);
    expect(input).toEqual({ inventory: "${base64gzip(jsonencode(each.value))}" });
    expect(provisioner.map((each) => each["local-exec"])).toEqual([
      {
        when: "destroy",
        command: expect.stringMatching(/^exec python3 assets\/\S+\/leave\.py$/) as string,
        environment: {
          MONITORING_STATE: "../../../.cdktf-monitoring/test",
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
    // Its entry stays, for the end of that would uninstall.
    [OnLeave.NOTHING, {}],
  ])("are treated as they say: %s", (onLeave, hosts) => {
    expect(synthApp({ onLeave }).for_each.app?.all.children.run_leave.hosts).toMatchObject(hosts as object);
  });

  test("and the runs wait for each other in no direction, so that one that is down holds nobody back", () => {
    const stack = synth((scope) => {
      topology(scope, {});
    });
    expect(departureOf(stack).depends_on).toBeUndefined();
    const dependencies = stack.paths.flatMap((path) => stack.nullResource(path).depends_on ?? []);
    expect(dependencies.filter((address) => address.startsWith("terraform_data"))).toEqual([]);
  });
});

test("servers whose machine goes with the stack have no entry", () => {
  const stack = synth((scope) => {
    new Hub(scope).member("app");
  });
  expect(departureOf(stack).for_each).toEqual({});
});

test("a monitoring that does not provision has nothing to remove", () => {
  const { json } = synth((stack) => {
    topology(stack, {}, false);
  });
  expect(json.resource).toBeUndefined();
});

terraformTest("a moved key or another user brings the entry up to date, and removes nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "departure-"));
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
