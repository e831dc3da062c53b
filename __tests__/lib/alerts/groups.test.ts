import { Alert } from "../../../lib/alerts/alert";
import { AlertRule, Severity } from "../../../lib/alerts/rule";
import { allGroups, groupsFor, rulesOf } from "../../support/alerts";

const own = Alert.custom({
  name: "QueueTooLong",
  expr: "queue_length > 100",
  for: "5m",
  severity: Severity.CRITICAL,
  summary: "The queue is long",
  description: "Many wait.",
  runbookUrl: "https://wiki.example/queue",
  labels: { team: "mail" },
});

function named(name: string, ...changes: readonly Alert[]): AlertRule[] {
  return rulesOf(allGroups(...changes)).filter((rule) => rule.name === name);
}

describe("an alert is there", () => {
  test("only where what it is about is placed", () => {
    const kinds = (...placed: string[]) => new Set(groupsFor(placed).map(({ name }) => name));
    expect(kinds()).toEqual(new Set());
    expect(kinds("prometheus")).toEqual(new Set(["exporters", "prometheus", "watchdog"]));
    expect(kinds("prometheus", "alertmanager").has("alertmanager")).toBe(true);
    expect(kinds("prometheus", "node_exporter").has("disks")).toBe(true);
    expect(kinds("prometheus", "grafana").has("grafana")).toBe(true);
  });

  test("about handing alerts over only where there is an Alertmanager", () => {
    const names = (...placed: string[]) => rulesOf(groupsFor(placed)).map(({ name }) => name);
    expect(names("prometheus")).not.toContain("PrometheusNoAlertmanager");
    expect(names("prometheus", "alertmanager")).toContain("PrometheusNoAlertmanager");
  });

  test("about a cluster only where there is one", () => {
    const both = ["prometheus", "alertmanager"];
    const names = (clustered: string[]) => rulesOf(groupsFor(both, clustered)).map(({ name }) => name);
    expect(names([])).not.toContain("AlertmanagerMembersMissing");
    expect(names(["prometheus"])).not.toContain("AlertmanagerMembersMissing");
    expect(names(["alertmanager"])).toContain("AlertmanagerMembersMissing");
  });

  test("unless it is off", () => {
    expect(named("DiskFull", Alert.off("DiskFull"))).toEqual([]);
  });
});

describe("a recording", () => {
  const recordings = (...changes: readonly Alert[]) =>
    allGroups(...changes).flatMap((group) => group.recordings.map(({ record }) => record));

  test("is there once for all that read it", () => {
    expect(recordings()).toEqual(["monitoring:server_seen"]);
    expect(recordings(Alert.off("ServerNeverAppeared"))).toEqual(["monitoring:server_seen"]);
  });

  test("goes with the last of them", () => {
    expect(recordings(Alert.off("ServerNeverAppeared"), Alert.off("ServerUnreachable"))).toEqual([]);
  });
});

describe("an alert has", () => {
  test("its levels under one name, and links", () => {
    const [warning, critical] = named("DiskFull");
    expect(warning).toMatchObject({ severity: "warning", for: "15m" });
    expect(warning?.expr).toContain("> 80\n");
    expect(critical).toMatchObject({ severity: "critical", for: "5m" });
    expect(critical?.expr).toContain("> 90\n");
    expect(critical?.annotations).toMatchObject({
      runbook_url: "https://runbooks.example/#DiskFull",
      dashboard: "cdktf-monitoring-server",
    });
  });

  test("no dashboard where there is no Grafana", () => {
    const [rule] = rulesOf(groupsFor(["prometheus", "node_exporter"]));
    expect(rule?.annotations).not.toHaveProperty("dashboard");
  });

  test("what it is tuned to", () => {
    const tuning = { for: "1m", thresholds: { critical: 95 }, labels: { team: "storage" } };
    const [warning, critical] = named("DiskFull", Alert.tune("DiskFull", tuning));
    expect(warning).toMatchObject({ for: "1m", labels: { team: "storage" } });
    expect(warning?.expr).toContain("> 80\n");
    expect(critical?.expr).toContain("> 95\n");
    expect(critical?.labels).toEqual({ team: "storage" });
  });

  test("no time to wait where that is nothing", () => {
    const [rule] = named("UnitFailed", Alert.tune("UnitFailed", { for: "0s", severity: Severity.CRITICAL }));
    expect(rule).not.toHaveProperty("for");
    expect(rule?.severity).toBe("critical");
  });
});

describe("a user's own alert", () => {
  test("is in a group of its own, as it was given", () => {
    expect(allGroups(own).at(-1)).toEqual({
      name: "custom",
      recordings: [],
      alerts: [
        {
          name: "QueueTooLong",
          expr: "queue_length > 100",
          for: "5m",
          severity: "critical",
          labels: { team: "mail" },
          annotations: {
            summary: "The queue is long",
            description: "Many wait.",
            runbook_url: "https://wiki.example/queue",
          },
        },
      ],
    });
  });

  test.each([
    ["two of one name", [own, own], "QueueTooLong"],
    ["an alert that is tuned and off", [Alert.off("DiskFull"), Alert.tune("DiskFull", {})], "DiskFull"],
  ])("%s are refused", (_, changes, name) => {
    expect(() => allGroups(...changes)).toThrow(
      `alerts: there are two entries for "${name}": make them one, or give an alert of your own another name`,
    );
  });
});
