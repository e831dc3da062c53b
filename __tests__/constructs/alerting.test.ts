import { Alert, Receiver, Secret, Severity } from "../../constructs";
import { synth } from "../support/synth";
import { Hub } from "../support/topology";

const ops = Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") });

test("selects the rules by the placed components", () => {
  let names: readonly string[] = [];
  synth((stack) => {
    const hub = new Hub(stack);
    hub.monitoring.node.addValidation({
      validate: () => {
        names = hub.monitoring._alerting.groups.flatMap(({ alerts }) => alerts.map(({ name }) => name));
        return [];
      },
    });
  });
  expect(names).toContain("ServerUnreachable");
  expect(names).toContain("Watchdog");
  expect(names.filter((name) => name.startsWith("Alertmanager"))).toEqual([]);
});

test("links to the built-in runbooks or to those of the user", () => {
  synth((stack) => {
    const addresses = (runbooks?: string): (string | undefined)[] =>
      new Hub(stack, {}, { runbooks }).monitoring._alerting.groups.flatMap(({ alerts }) =>
        alerts.filter(({ name }) => name === "Watchdog").map(({ annotations }) => annotations.runbook_url),
      );
    expect(addresses()).toEqual(["{{ $externalURL }}/user/runbooks.html#Watchdog"]);
    stack.node.children.forEach(({ node: { id } }) => stack.node.tryRemoveChild(id));
    expect(addresses("https://wiki.example.com/")).toEqual(["https://wiki.example.com/Watchdog"]);
  });
});

describe("rejects, with the path of the monitoring,", () => {
  test("two changes of one alert", () => {
    const off = Alert.off("Watchdog");
    expect(() => synth((stack) => new Hub(stack, {}, { alerts: [off, off] }))).toThrow(
      /^test\/monitoring: alerts: "Watchdog" has two entries/,
    );
  });

  test("two user-provided alerts of one name", () => {
    const own = Alert.custom({
      name: "QueueTooLong",
      expr: "up == 0",
      severity: Severity.WARNING,
      summary: "too long",
      description: "wait",
    });
    expect(() => synth((stack) => new Hub(stack, {}, { alerts: [own, own] }))).toThrow(
      /"QueueTooLong" has two entries/,
    );
  });

  test("receivers without an Alertmanager", () => {
    expect(() => synth((stack) => new Hub(stack, {}, { receivers: [ops] }))).toThrow(
      /\[test\/monitoring\] receivers are set, but the monitoring has no Alertmanager that notifies them/,
    );
  });

  test("a route to an unknown receiver", () => {
    expect(() => synth((stack) => new Hub(stack, {}, { receivers: [ops], routing: { critical: "pager" } }))).toThrow(
      /^test\/monitoring: routing: .*"pager"/,
    );
  });
});
