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
  test("groups by alert and server, and waits as is usual", () => {
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

  test("tells also that alerts are over, but not a dead man's switch", () => {
    const { receivers } = parse(config([slack], {}, outside)) as { receivers: Record<string, unknown[]>[] };
    expect(receivers[0]?.slack_configs).toEqual([expect.objectContaining({ send_resolved: true })]);
    expect(receivers[1]?.webhook_configs).toEqual([expect.objectContaining({ send_resolved: false })]);
  });

  test("silences the rest of an absent server, and what is critical already", () => {
    const { inhibit_rules: rules } = parse(config([slack], { sameBy: ["queue"] })) as { inhibit_rules: unknown[] };
    expect(rules).toEqual([
      {
        source_matchers: ['alertname=~"ServerUnreachable|ServerNeverAppeared"'],
        target_matchers: ['alertname!~"ServerUnreachable|ServerNeverAppeared|Watchdog|MonitoringTest"'],
        equal: ["monitoring", "instance"],
      },
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"', 'alertname!="MonitoringTest"'],
        equal: ["alertname", "queue"],
      },
    ]);
  });

  test("refuses what notificationProblem finds", () => {
    expect(() => config([slack], { critical: "pager" })).toThrow('routing: critical: there is no receiver "pager"');
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

  amtoolTest("lead to whom they should", async () => {
    expect(await receiversOf(tree, "alertname=DiskFull", "severity=warning")).toEqual(["slack"]);
    expect(await receiversOf(tree, "alertname=DiskFull", "severity=critical")).toEqual(["pager"]);
    expect(await receiversOf(tree, "alertname=DiskFull", "severity=critical", "team=database")).toEqual(["team"]);
    expect(await receiversOf(tree, "alertname=Watchdog", "severity=none")).toEqual(["outside"]);
    expect(await receiversOf(tree, "alertname=MonitoringTest", "team=database")).toEqual(["pager", "slack"]);
  });

  amtoolTest("go on to the usual receivers after one that continues", async () => {
    expect(await receiversOf(tree, "audited=yes", "severity=critical")).toEqual(["outside", "pager"]);
    expect(await receiversOf(tree, "audited=yes", "severity=warning")).toEqual(["outside", "slack"]);
  });

  amtoolTest("lead all to the first receiver by default, and the Watchdog nowhere", async () => {
    const plain = config([slack, pager]);
    expect(await receiversOf(plain, "severity=critical")).toEqual(["slack"]);
    expect(await receiversOf(plain, "severity=warning")).toEqual(["slack"]);
    expect(await receiversOf(plain, "alertname=MonitoringTest")).toEqual(["slack"]);
    expect(await receiversOf(plain, "alertname=Watchdog")).toEqual(["nobody"]);
    expect(await receiversOf(config([]), "severity=critical")).toEqual(["nobody"]);
  });
});

test("receiverSecrets has each secret once", () => {
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
  test("tells of alerts that nobody gets", () => {
    expect(routingWarnings({ receivers: [], routing: {} })).toEqual([
      expect.stringContaining("alerts are sent to nobody"),
    ]);
  });

  test("tells of a monitoring that may go down unnoticed, and of receivers without use", () => {
    const warnings = routingWarnings({ receivers: [slack, pager, team], routing: { critical: "pager" } });
    expect(warnings).toEqual([
      expect.stringContaining("nobody is told when the monitoring itself is down: give deadMansSwitch"),
      'the receiver "team" gets nothing: no route names it',
    ]);
    expect(routingWarnings({ receivers: [slack], routing: {}, deadMansSwitch: outside })).toEqual([]);
  });

  test("tells of none that is told as a member of a group", () => {
    const both = Receiver.group("both", [slack, pager]);
    const warnings = (rest: string): string[] =>
      routingWarnings({ receivers: [slack, pager, both], routing: { rest }, deadMansSwitch: outside });
    expect(warnings("both")).toEqual([]);
    expect(warnings("slack")).toEqual([
      'the receiver "pager" gets nothing: no route names it',
      'the receiver "both" gets nothing: no route names it',
    ]);
  });
});
