import { Construct } from "constructs";
import { join } from "node:path";
import { Access, AccessPeer, Component, Connection, Loki, Transport, Variables } from "../../../constructs/index";
import { projectRoot } from "../../../tools/cli/project";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

/** A user-provided component that sends log lines to Loki. */
class Sender extends Component {
  public constructor(scope: Construct) {
    super(scope, "sender", {
      kind: "sender",
      listeners: [{ name: "http", port: 9150, protocol: "tcp" }],
      playbook: join(projectRoot, "examples", "backup-exporter", "backup_exporter.yml"),
      agent: true,
    });
  }

  public override get connections(): readonly Connection[] {
    return [{ kind: "loki", listener: "http", reason: "sends lines" }];
  }

  public get variables(): Variables {
    return {};
  }
}

const stackWith = (transport: Transport): unknown =>
  synth((stack) => {
    const bounds = [
      Access.only(
        "loki",
        ["sender", "log_agent", "prometheus"].map((kind) => AccessPeer.component(kind)),
      ),
    ];
    const hub = new Hub(stack, {}, { technicians: [], bounds, transport });
    new Loki(hub.host, "loki");
    new Sender(hub.member("app"));
  });

test("a user-provided component cannot connect to a component that demands a certificate", () => {
  expect(() => stackWith(Transport.mutualTls())).toThrow(
    "app/sender connects to loki, which demands a certificate with Transport.mutualTls(), but only built-in components have certificates: remove the connection, or set transport: Transport.plain()",
  );
  expect(() => stackWith(Transport.plain())).not.toThrow();
});
