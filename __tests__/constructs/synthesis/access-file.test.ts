import { TerraformStack, Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Monitoring, MonitoringHost, Prometheus } from "../../../constructs/index";
import { readTable, tableEdge } from "../../support/access-documents";
import { AwsHub } from "../../support/aws-topology";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

test("a synthesis writes the access graph of each monitoring as a document", () => {
  let hub: Hub | undefined;
  const { directory } = synth((stack) => {
    hub = new Hub(stack);
    hub.member("app");
    const second = new Monitoring(stack, "second", { technicians: [], outputPrefix: "second_", name: "second" });
    new Prometheus(
      new MonitoringHost(stack, "other", { monitoring: second, server: hub.server("other") }),
      "prometheus",
    );
  });
  const document = readFileSync(join(directory, "access.md"), "utf8");
  expect(document).toMatch(/^# Access to test\/monitoring\n/);
  expect(readTable(document)).toEqual((hub?.monitoring.accessGraph ?? []).map(tableEdge).sort());
  expect(readFileSync(join(directory, "second_access.md"), "utf8")).toMatch(/^# Access to test\/second\n/);
});

test("the document contains server names instead of addresses that Terraform determines", () => {
  const stack = new TerraformStack(Testing.app(), "test");
  new AwsHub(stack).member("app");
  const document = readFileSync(join(Testing.fullSynth(stack), "stacks", "test", "access.md"), "utf8");
  expect(readTable(document)).toContain("prometheus on hub | app | 9100/tcp | node_exporter (http) | scrapes job node");
  expect(document).not.toMatch(/\$\{|TOKEN/i);
});
