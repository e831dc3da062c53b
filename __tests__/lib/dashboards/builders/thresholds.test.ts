import { Alert } from "../../../../lib/alerts/alert";
import { builtInAlerts } from "../../../../lib/alerts/built-in/index";
import { Severity } from "../../../../lib/alerts/rule";
import { Dashboard, DashboardSubject } from "../../../../lib/dashboards/dashboard";
import { thresholdsOf, thresholdSteps } from "../../../../lib/dashboards/builders/thresholds";

describe("limitsOf", () => {
  test("gives each level of an alert its threshold", () => {
    const thresholds = builtInAlerts.find(({ name }) => name === "DiskFull")?.thresholds;
    expect(thresholdsOf([], "DiskFull", "warning", "critical")).toEqual([
      { value: thresholds?.warning?.value, severity: Severity.WARNING },
      { value: thresholds?.critical?.value, severity: Severity.CRITICAL },
    ]);
  });

  test("gives a threshold of another name the alert's own severity", () => {
    expect(thresholdsOf([], "CpuBusy", "busy")).toEqual([{ value: 90, severity: Severity.WARNING }]);
  });

  test("follows what users tuned", () => {
    const tuned = [Alert.tune("CpuBusy", { thresholds: { busy: 70 }, severity: Severity.CRITICAL })];
    expect(thresholdsOf(tuned, "CpuBusy", "busy")).toEqual([{ value: 70, severity: Severity.CRITICAL }]);
  });

  test("keeps what a tuning does not mention", () => {
    const tuned = [Alert.tune("DiskFull", { thresholds: { warning: 70 } })];
    expect(thresholdsOf(tuned, "DiskFull", "warning", "critical").map(({ value }) => value)).toEqual([70, 90]);
  });

  test("has none of an alert that is off", () => {
    expect(thresholdsOf([Alert.off("DiskFull")], "DiskFull", "warning", "critical")).toEqual([]);
  });

  test("refuses what there is not", () => {
    expect(() => thresholdsOf([], "DiskEmpty", "warning")).toThrow('there is no alert "DiskEmpty"');
    expect(() => thresholdsOf([], "CpuBusy", "bored")).toThrow('the alert "CpuBusy" has no threshold "bored"');
  });
});

describe("steps", () => {
  test("are green up to the first limit", () => {
    expect(thresholdSteps([{ value: 5, severity: Severity.CRITICAL }])).toEqual([
      { value: null, color: "green" },
      { value: 5, color: "red" },
    ]);
  });

  test("have no colour where there is no limit", () => {
    expect(thresholdSteps([])).toEqual([{ value: null, color: "text" }]);
  });
});

test("a tuned threshold moves the lines of the dashboards, and an alert that is off has none", () => {
  const subject = (alerts: readonly Alert[]): DashboardSubject => ({ kinds: new Set(["prometheus"]), alerts });
  const server = (...alerts: Alert[]) => Dashboard.server()._json(subject(alerts));
  expect(server(Alert.tune("LoadHigh", { thresholds: { load: 3.25 } }))).toContain('"value": 3.25');
  expect(server()).not.toContain('"value": 3.25');
  const dashed = (text: string | undefined) => (text?.match(/"dashed"/g) ?? []).length;
  expect(dashed(server(Alert.off("LoadHigh")))).toBe(dashed(server()) - 1);
});
