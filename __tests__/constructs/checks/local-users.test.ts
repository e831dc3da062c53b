import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  Access,
  AccessPeer,
  Component,
  ComponentDescription,
  Connection,
  Loki,
  Monitoring,
  Transport,
  Variables,
} from "../../../constructs/index";
import { Value } from "../../../lib/inventory/variables";
import { projectRoot } from "../../../tools/cli/project";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

/** A user-provided component that sends log lines to Loki. */
class Sender extends Component {
  public constructor(scope: Construct, description: Partial<ComponentDescription>) {
    super(scope, "sender", {
      kind: "sender",
      listeners: [{ name: "http", port: 9150, protocol: "tcp" }],
      playbook: join(projectRoot, "examples", "backup-exporter", "backup_exporter.yml"),
      agent: true,
      ...description,
    });
  }

  public override get connections(): readonly Connection[] {
    return [{ kind: "loki", listener: "http", reason: "sends lines" }];
  }

  public get variables(): Variables {
    return {};
  }
}

/** A stack in which `app` has the component. */
const stackWith = (description: Partial<ComponentDescription> = {}): Synthesized =>
  synth((stack) => {
    const bounds = [
      Access.only(
        "loki",
        ["sender", "log_agent", "prometheus"].map((kind) => AccessPeer.component(kind)),
      ),
    ];
    const hub = new Hub(stack, {}, { technicians: [], bounds, transport: Transport.plain() });
    new Loki(hub.host, "loki");
    new Sender(hub.member("app"), description);
  });

/** Returns the ports that the rules for users of a server contain, with the users. */
function ports(stack: Synthesized, server: string): Record<string, Value> {
  const rules = stack.variables("firewall", server).firewall_users as readonly {
    readonly ports: readonly { readonly port: number }[];
    readonly destinations: readonly string[];
    readonly users: readonly string[];
  }[];
  return Object.fromEntries(
    rules.flatMap((rule) =>
      rule.ports.map(({ port }) => [`${port}${rule.destinations.length === 0 ? "" : " of others"}`, rule.users]),
    ),
  );
}

const WARNING =
  'test/app/sender names no system user, so every process on "app" may connect to loki: set user to the user of its service';

test("a user-provided component without a user is exempt from the rules for users, with a warning", () => {
  const stack = stackWith();
  expect(stack.warnings).toContain(WARNING);
  expect(ports(stack, "app")).toEqual({ 9080: ["log_agent"], 9100: ["node_exporter"] });
});

test("the rules contain the user of a user-provided component", () => {
  const stack = stackWith({ user: "sender-service" });
  expect(stack.warnings).not.toContain(WARNING);
  expect(ports(stack, "app")).toEqual({
    9080: ["log_agent"],
    9100: ["node_exporter"],
    9150: ["sender-service"],
    "3100 of others": ["log_agent", "sender-service"],
  });
  expect(ports(stack, "hub")).toMatchObject({ 3100: ["log_agent", "loki", "prometheus"], 9095: ["loki"] });
});

test.each(["two words", "a;b", "0", "ä"])("the system user %j is rejected", (user) => {
  const message = `"${user}" is not the name of a system user`;
  expect(() => stackWith({ user })).toThrow(`test/app/sender: user: ${message}`);
  const stack = new TerraformStack(Testing.app(), "test");
  expect(() => new Monitoring(stack, "monitoring", { technicians: [], localUsers: [user] })).toThrow(
    `test/monitoring: localUsers: ${message}`,
  );
});
