import { Alert } from "../../../../lib/alerts/alert";
import { builtInAlerts } from "../../../../lib/alerts/built-in/index";
import { Severity } from "../../../../lib/alerts/rule";
import { Dashboard } from "../../../../lib/dashboards/dashboard";
import { DashboardSubject } from "../../../../lib/dashboards/dashboard-subject";
import { thresholdsOf, thresholdSteps } from "../../../../lib/dashboards/builders/thresholds";

describe("limitsOf", () => {
  test("returns the threshold of each level of an alert", () => {
    const thresholds = builtInAlerts.find(({ name }) => name === "DiskFull")?.thresholds;
    expect(thresholdsOf([], "DiskFull", "warning", "critical")).toEqual([
      { value: thresholds?.warning?.value, severity: Severity.WARNING },
      { value: thresholds?.critical?.value, severity: Severity.CRITICAL },
    ]);
  });

  test("uses the alert's severity for a threshold that is not named after a level", () => {
    expect(thresholdsOf([], "CpuBusy", "busy")).toEqual([{ value: 90, severity: Severity.WARNING }]);
  });

  test("uses tuned thresholds and severities", () => {
    const tuned = [Alert.tune("CpuBusy", { thresholds: { busy: 70 }, severity: Severity.CRITICAL })];
    expect(thresholdsOf(tuned, "CpuBusy", "busy")).toEqual([{ value: 70, severity: Severity.CRITICAL }]);
  });

  test("keeps thresholds that a tuning does not change", () => {
    const tuned = [Alert.tune("DiskFull", { thresholds: { warning: 70 } })];
    expect(thresholdsOf(tuned, "DiskFull", "warning", "critical").map(({ value }) => value)).toEqual([70, 90]);
  });

  test("returns none for a disabled alert", () => {
    expect(thresholdsOf([Alert.off("DiskFull")], "DiskFull", "warning", "critical")).toEqual([]);
  });

  test("rejects an unknown alert and an unknown threshold", () => {
    expect(() => thresholdsOf([], "DiskEmpty", "warning")).toThrow('no built-in alert is named "DiskEmpty"');
    expect(() => thresholdsOf([], "CpuBusy", "bored")).toThrow('the alert "CpuBusy" has no threshold "bored"');
  });
});

describe("steps", () => {
  test("is green below the first threshold", () => {
    expect(thresholdSteps([{ value: 5, severity: Severity.CRITICAL }])).toEqual([
      { value: null, color: "green" },
      { value: 5, color: "red" },
    ]);
  });

  test("has a neutral colour without thresholds", () => {
    expect(thresholdSteps([])).toEqual([{ value: null, color: "text" }]);
  });
});

test("Alert.tune moves the lines in dashboards, and Alert.off removes them", () => {
  const subject = (alerts: readonly Alert[]): DashboardSubject => ({ kinds: new Set(["prometheus"]), alerts });
  const server = (...alerts: Alert[]) => Dashboard.server()._json(subject(alerts));
  expect(server(Alert.tune("LoadHigh", { thresholds: { load: 3.25 } }))).toContain('"value": 3.25');
  expect(server()).not.toContain('"value": 3.25');
  const dashed = (text: string | undefined) => (text?.match(/"dashed"/g) ?? []).length;
  expect(dashed(server(Alert.off("LoadHigh")))).toBe(dashed(server()) - 1);
});
