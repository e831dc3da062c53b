import { parse } from "yaml";
import {
  alertmanagerConfig,
  allReceivers,
  NotificationSettings,
  receiverSecrets,
  routingWarnings,
} from "../../../lib/receivers/alertmanager-config";
import { Matcher } from "../../../lib/receivers/matcher";
import { Receiver } from "../../../lib/receivers/receiver";
import { Routing } from "../../../lib/receivers/routing";
import { amtoolTest, configProblems, receiversOf } from "../../support/amtool";
import { everyKind, outside, pager, slack, team } from "../../support/receivers";

function config(receivers: readonly Receiver[], routing: Routing = {}, deadMansSwitch?: Receiver): string {
  return alertmanagerConfig({ receivers, routing, deadMansSwitch, secretsDirectory: "/etc/alertmanager/secrets" });
}

describe("alertmanagerConfig", () => {
  test("groups by alert and server, with default waiting times", () => {
    const { route, templates } = parse(config([slack])) as Record<string, Record<string, unknown>>;
    expect(route).toMatchObject({
      receiver: "slack",
      group_by: ["alertname", "instance"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
    });
    expect(templates).toEqual(["templates/*.tmpl"]);
  });

  test("reads secrets from files only", () => {
    const text = config([Receiver.group("all", everyKind)]);
    const files = [...text.matchAll(/(\w+): (\/etc\/alertmanager\/secrets\/\S+)/g)];
    expect(files.map(([, key, path]) => [path?.replace("/etc/alertmanager/secrets/", ""), key])).toEqual([
      ["slack.webhook_url", "api_url_file"],
      ["pager.routing_key", "routing_key_file"],
      ["europe.routing_key", "routing_key_file"],
      ["team.url", "url_file"],
      ["team.bearer_token", "credentials_file"],
      ["outside.url", "url_file"],
      ["phone.topic_url", "url_file"],
      ["phone.access_token", "credentials_file"],
      ["yes.topic_url", "url_file"],
      ["discord.webhook_url", "webhook_url_file"],
      ["teams.webhook_url", "webhook_url_file"],
      ["mail.password", "auth_password_file"],
      ["chat.bot_token", "bot_token_file"],
    ]);
    expect(text).not.toContain("SOME_SECRET");
    expect(receiverSecrets(everyKind).map(({ name }) => name)).toEqual(
      expect.arrayContaining(files.map(([, , path]) => path?.replace("/etc/alertmanager/secrets/", ""))),
    );
  });

  test("notifies of resolved alerts, except a dead man's switch", () => {
    const { receivers } = parse(config([slack], {}, outside)) as { receivers: Record<string, unknown[]>[] };
    expect(receivers[0]?.slack_configs).toEqual([expect.objectContaining({ send_resolved: true })]);
    expect(receivers[1]?.webhook_configs).toEqual([expect.objectContaining({ send_resolved: false })]);
  });

  test("inhibits other alerts of an unreachable server, and warnings that are also critical", () => {
    const { inhibit_rules: rules } = parse(config([slack], { sameBy: ["queue"] })) as { inhibit_rules: unknown[] };
    expect(rules).toEqual([
      {
        source_matchers: ['alertname=~"ServerUnreachable|ServerNeverAppeared"'],
        target_matchers: [
          'alertname!~"ServerUnreachable|ServerNeverAppeared|PrometheusScrapesOverLimit|Watchdog|MonitoringTest"',
        ],
        equal: ["monitoring", "instance"],
      },
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"', 'alertname!="MonitoringTest"'],
        equal: ["alertname", "queue"],
      },
    ]);
  });

  test("rejects an invalid routing", () => {
    expect(() => config([slack], { critical: "pager" })).toThrow('routing: critical: unknown receiver "pager"');
  });

  amtoolTest("is valid for each kind of receiver", async () => {
    const single = everyKind.map((receiver) => config([receiver]));
    expect(await configProblems([...single, config(everyKind), config([]), config([], {}, outside)])).toBe("");
  });
});

describe("the routes", () => {
  const routing: Routing = {
    critical: "pager",
    rest: "slack",
    routes: [
      { matchers: [Matcher.matches("team", 'data.*|"')], receiver: "team" },
      {
        matchers: [Matcher.is("audited", "yes"), Matcher.isNot("severity", "none")],
        receiver: "outside",
        continue: true,
      },
    ],
  };
  const tree = config([slack, pager, team, outside], routing, outside);

  amtoolTest("lead alerts to their receivers", async () => {
    expect(await receiversOf(tree, "alertname=DiskFull", "severity=warning")).toEqual(["slack"]);
    expect(await receiversOf(tree, "alertname=DiskFull", "severity=critical")).toEqual(["pager"]);
    expect(await receiversOf(tree, "alertname=DiskFull", "severity=critical", "team=database")).toEqual(["team"]);
    expect(await receiversOf(tree, "alertname=Watchdog", "severity=none")).toEqual(["outside"]);
    expect(await receiversOf(tree, "alertname=MonitoringTest", "team=database")).toEqual(["pager", "slack"]);
  });

  amtoolTest("continue to the default receivers after a route with continue", async () => {
    expect(await receiversOf(tree, "audited=yes", "severity=critical")).toEqual(["outside", "pager"]);
    expect(await receiversOf(tree, "audited=yes", "severity=warning")).toEqual(["outside", "slack"]);
  });

  amtoolTest("lead all alerts to the first receiver by default, and Watchdog to nobody", async () => {
    const plain = config([slack, pager]);
    expect(await receiversOf(plain, "severity=critical")).toEqual(["slack"]);
    expect(await receiversOf(plain, "severity=warning")).toEqual(["slack"]);
    expect(await receiversOf(plain, "alertname=MonitoringTest")).toEqual(["slack"]);
    expect(await receiversOf(plain, "alertname=Watchdog")).toEqual(["nobody"]);
    expect(await receiversOf(config([]), "severity=critical")).toEqual(["nobody"]);
  });
});

test("receiverSecrets returns each secret once", () => {
  const notification: NotificationSettings = {
    receivers: [slack, Receiver.group("all", [slack, team])],
    routing: {},
    deadMansSwitch: outside,
  };
  expect(receiverSecrets(allReceivers(notification)).map(({ name }) => name)).toEqual([
    "slack.webhook_url",
    "team.url",
    "team.bearer_token",
    "outside.url",
  ]);
});

describe("routingWarnings", () => {
  test("warns of missing receivers", () => {
    expect(routingWarnings({ receivers: [], routing: {} })).toEqual([
      expect.stringContaining("there are no receivers, so nobody is notified of alerts"),
    ]);
  });

  test("warns of a missing dead man's switch and of unused receivers", () => {
    const warnings = routingWarnings({ receivers: [slack, pager, team], routing: { critical: "pager" } });
    expect(warnings).toEqual([
      expect.stringContaining(
        "there is no deadMansSwitch, so nobody is notified if the monitoring itself is down: set one",
      ),
      'the receiver "team" gets no alerts: add a route to it, or remove it',
    ]);
    expect(routingWarnings({ receivers: [slack], routing: {}, deadMansSwitch: outside })).toEqual([]);
  });

  test("does not warn of a receiver that is a member of a used group", () => {
    const both = Receiver.group("both", [slack, pager]);
    const warnings = (rest: string): string[] =>
      routingWarnings({ receivers: [slack, pager, both], routing: { rest }, deadMansSwitch: outside });
    expect(warnings("both")).toEqual([]);
    expect(warnings("slack")).toEqual([
      'the receiver "pager" gets no alerts: add a route to it, or remove it',
      'the receiver "both" gets no alerts: add a route to it, or remove it',
    ]);
  });
});
