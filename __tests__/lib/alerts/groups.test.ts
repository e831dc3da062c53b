import { Alert } from "../../../lib/alerts/alert";
import { AlertRule, Severity } from "../../../lib/alerts/rule";
import { allGroups, groupsFor, rulesOf } from "../../support/alerts";

const custom = Alert.custom({
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

describe("a built-in alert", () => {
  it("exists only if its component is placed", () => {
    const kinds = (...placed: string[]) => new Set(groupsFor(placed).map(({ name }) => name));
    expect(kinds()).toEqual(new Set());
    expect(kinds("prometheus")).toEqual(new Set(["exporters", "prometheus", "watchdog"]));
    expect(kinds("prometheus", "alertmanager").has("alertmanager")).toBe(true);
    expect(kinds("prometheus", "node_exporter").has("disks")).toBe(true);
    expect(kinds("prometheus", "grafana").has("grafana")).toBe(true);
  });

  it("about notifications exists only if an Alertmanager is placed", () => {
    const names = (...placed: string[]) => rulesOf(groupsFor(placed)).map(({ name }) => name);
    expect(names("prometheus")).not.toContain("PrometheusNoAlertmanager");
    expect(names("prometheus", "alertmanager")).toContain("PrometheusNoAlertmanager");
  });

  it("about a cluster exists only if the component is placed on several hosts", () => {
    const both = ["prometheus", "alertmanager"];
    const names = (clustered: string[]) => rulesOf(groupsFor(both, clustered)).map(({ name }) => name);
    expect(names([])).not.toContain("AlertmanagerMembersMissing");
    expect(names(["prometheus"])).not.toContain("AlertmanagerMembersMissing");
    expect(names(["alertmanager"])).toContain("AlertmanagerMembersMissing");
  });

  it("does not exist if it is disabled", () => {
    expect(named("DiskFull", Alert.off("DiskFull"))).toEqual([]);
  });
});

describe("a recording rule", () => {
  const recordings = (...changes: readonly Alert[]) =>
    allGroups(...changes).flatMap((group) => group.recordings.map(({ record }) => record));

  it("exists once for all alerts that read it", () => {
    expect(recordings()).toEqual(["monitoring:server_seen"]);
    expect(recordings(Alert.off("ServerNeverAppeared"))).toEqual(["monitoring:server_seen"]);
  });

  it("does not exist if all alerts that read it are disabled", () => {
    const readers = ["ServerNeverAppeared", "ServerUnreachable", "ServerRebooted"];
    expect(recordings(...readers.map((name) => Alert.off(name)))).toEqual([]);
  });
});

describe("the rules of an alert", () => {
  it("share a name, with a rule for each level and links", () => {
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

  it("have no link to a dashboard without Grafana", () => {
    const [rule] = rulesOf(groupsFor(["prometheus", "node_exporter"]));
    expect(rule?.annotations).not.toHaveProperty("dashboard");
  });

  it("follow Alert.tune", () => {
    const tuning = { for: "1m", thresholds: { critical: 95 }, labels: { team: "storage" } };
    const [warning, critical] = named("DiskFull", Alert.tune("DiskFull", tuning));
    expect(warning).toMatchObject({ for: "1m", labels: { team: "storage" } });
    expect(warning?.expr).toContain("> 80\n");
    expect(critical?.expr).toContain("> 95\n");
    expect(critical?.labels).toEqual({ team: "storage" });
  });

  it("have no `for` if it is tuned to zero", () => {
    const [rule] = named("UnitFailed", Alert.tune("UnitFailed", { for: "0s", severity: Severity.CRITICAL }));
    expect(rule).not.toHaveProperty("for");
    expect(rule?.severity).toBe("critical");
  });
});

describe("a custom alert", () => {
  it("is in the group `custom`", () => {
    expect(allGroups(custom).at(-1)).toEqual({
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

  it.each([
    ["two custom alerts with the same name", [custom, custom], "QueueTooLong"],
    ["an alert that is tuned and disabled", [Alert.off("DiskFull"), Alert.tune("DiskFull", {})], "DiskFull"],
  ])("rejects %s", (_, changes, name) => {
    expect(() => allGroups(...changes)).toThrow(
      `alerts: "${name}" has two entries: merge them, or rename the custom alert`,
    );
  });
});
